/** A place in a file, as editors and compilers count it: from 1, columns in UTF-16 units. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** The lines of a text, as TypeScript counts them. */
export class Lines {
  readonly #starts: readonly number[]

  constructor(text: string) {
    // A byte order mark takes no place.
    const begin = text.startsWith('\ufeff') ? 1 : 0
    this.#starts = [
      begin,
      ...[...text.matchAll(/\r\n|[\n\r\u2028\u2029]/g)].map(({ index, 0: end }) => index + end.length),
    ]
  }

  positionOf(offset: number): Position {
    let low = 0
    let high = this.#starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.#starts[middle]! <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: Math.max(0, offset - this.#starts[low]!) + 1 }
  }
}
