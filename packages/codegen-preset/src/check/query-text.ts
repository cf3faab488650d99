/** A query as the server gets it, put together from what is written in a file. */
import type { Span } from './typescript/tokens.ts'

export interface QueryText {
  readonly sql: string
  /** Where the expression of each parameter stands; `$1` is the first. */
  readonly parameters: readonly Span[]
  /** Why not all of the query can be known; null where it is. */
  readonly unclear: string | null
  /** The offset in the file of what is at a position of the server's: counted in code points, from 1. */
  readonly offsetAt: (position: number) => number
}

interface Piece {
  /** In `sql`, in UTF-16 units. */
  readonly start: number
  readonly offsetOf: (index: number) => number
}

export class QueryTextWriter {
  #sql = ''
  #unclear: string | null = null
  readonly #pieces: Piece[] = []
  readonly #parameters: Span[] = []

  /** Adds text, each character of which is somewhere in the file. */
  text(text: string, offsetOf: Piece['offsetOf']): void {
    this.#pieces.push({ start: this.#sql.length, offsetOf })
    this.#sql += text
  }

  parameter(expression: Span): void {
    this.#parameters.push(expression)
    this.text(`$${this.#parameters.length}`, () => expression.start)
  }

  /** Only the first reason is kept. */
  unclear(reason: string): void {
    this.#unclear ??= reason
  }

  written(): QueryText {
    const sql = this.#sql
    const pieces = [...this.#pieces]
    return {
      sql,
      parameters: [...this.#parameters],
      unclear: this.#unclear,
      offsetAt: (position) => {
        const index = unitsBefore(sql, position)
        const piece = pieces.findLast(({ start }) => start <= index) ?? pieces[0]
        return piece === undefined ? 0 : piece.offsetOf(index - piece.start)
      },
    }
  }
}

/** How many UTF-16 units stand before a position that is counted in code points, from 1. */
function unitsBefore(sql: string, position: number): number {
  let units = 0
  for (let point = 1; point < position && units < sql.length; point++) {
    units += sql.codePointAt(units)! > 0xffff ? 2 : 1
  }
  return units
}
