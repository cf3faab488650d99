/** GeoJSON, in a jsonb column. */
export interface Point {
  type: 'Point'
  /** Longitude, then latitude. */
  coordinates: number[]
}
