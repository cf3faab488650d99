import type { PgArray } from './pg-array.ts'

/**
 * An array together with the lower bound of each of its dimensions, which PostgreSQL lets be other than 1:
 * '[0:1]={a,b}' is `new BoundedArray(['a', 'b'], [0])`. An empty array has no dimensions, and so no bounds.
 *
 * Every array type takes one as a parameter; a profile with `arrays: 'bounded'` also decodes to it. The number of bounds
 * says how many levels of `values` are dimensions, where plain arrays of JSON always have one.
 *
 * @see https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
 */
export class BoundedArray<T> {
  /** Nested as deep as there are dimensions, with null for NULL. */
  readonly values: PgArray<T>
  /** From the outermost dimension to the innermost. */
  readonly lowerBounds: readonly number[]

  constructor(values: (T | null)[] | PgArray<NoInfer<T>>, lowerBounds: readonly number[]) {
    this.values = values
    this.lowerBounds = lowerBounds
  }
}
