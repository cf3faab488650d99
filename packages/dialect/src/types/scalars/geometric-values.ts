/**
 * What the geometric types are in JavaScript: plain objects of double-precision numbers, in which NaN and the infinities
 * may stand too. They have no methods and no hidden state, so that they survive `JSON.stringify` and structured cloning. JSON that the server makes has their texts.
 *
 * @see https://www.postgresql.org/docs/current/datatype-geometric.html
 */
import type { jsonForm } from '../json-form.ts'

export interface Point {
  readonly x: number
  readonly y: number
  readonly [jsonForm]?: string
}

/** The straight line where a·x + b·y + c is zero. */
export interface Line {
  readonly a: number
  readonly b: number
  readonly c: number
  readonly [jsonForm]?: string
}

/** What lies between two points, in the order in which they were given. */
export interface LineSegment {
  readonly a: Point
  readonly b: Point
  readonly [jsonForm]?: string
}

/** A rectangle by two opposite corners. From the server, `high` is the upper right one and `low` the lower left one. */
export interface Box {
  readonly high: Point
  readonly low: Point
  readonly [jsonForm]?: string
}

/** A line through points; a closed one goes from the last back to the first. */
export interface Path {
  readonly open: boolean
  readonly points: readonly Point[]
  readonly [jsonForm]?: string
}

/** The area within a closed line. */
export interface Polygon {
  readonly points: readonly Point[]
  readonly [jsonForm]?: string
}

export interface Circle {
  /** Of the centre. */
  readonly x: number
  readonly y: number
  readonly radius: number
  readonly [jsonForm]?: string
}
