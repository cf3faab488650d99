/**
 * What the geometric types are in JavaScript: plain objects of double-precision numbers, in which NaN and the infinities
 * may stand too. They have no methods and no hidden state, so that they survive JSON and structured cloning.
 *
 * @see https://www.postgresql.org/docs/current/datatype-geometric.html
 */

export interface Point {
  readonly x: number
  readonly y: number
}

/** The straight line where a·x + b·y + c is zero. */
export interface Line {
  readonly a: number
  readonly b: number
  readonly c: number
}

/** What lies between two points, in the order in which they were given. */
export interface LineSegment {
  readonly a: Point
  readonly b: Point
}

/** A rectangle by two opposite corners. From the server, `high` is the upper right one and `low` the lower left one. */
export interface Box {
  readonly high: Point
  readonly low: Point
}

/** A line through points; a closed one goes from the last back to the first. */
export interface Path {
  readonly open: boolean
  readonly points: readonly Point[]
}

/** The area within a closed line. */
export interface Polygon {
  readonly points: readonly Point[]
}

export interface Circle {
  /** Of the centre. */
  readonly x: number
  readonly y: number
  readonly radius: number
}
