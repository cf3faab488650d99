import type { RowDecoder } from '../types/rows/row-decoder.ts'
import { BinaryRowFinder } from './binary-row-finder.ts'
import type { Collector } from './collectors.ts'

/** Decoded rows of COPY's binary format. */
export class RowCollector<Row> implements Collector<Row[]> {
  /** Of their bytes; of the rows it would be anybody's guess. */
  size = 0
  readonly #decoder: RowDecoder
  readonly #finder = new BinaryRowFinder((bytes, view, start, end) => this.#row(bytes, view, start, end))
  #rows: Row[] = []

  constructor(decoder: RowDecoder) {
    this.#decoder = decoder
  }

  /** Throws `CodecError` for a value that cannot be decoded; the rows in front of it can be taken. */
  add(bytes: Buffer, view: DataView, offset: number, end: number): void {
    this.#finder.add(bytes, view, offset, end)
  }

  end(): void {
    this.#finder.end()
  }

  take(): Row[] | undefined {
    if (this.#rows.length === 0) return undefined
    const taken = this.#rows
    this.clear()
    return taken
  }

  clear(): void {
    this.#rows = []
    this.size = 0
  }

  #row(bytes: Buffer, view: DataView, start: number, end: number): void {
    const decoder = this.#decoder
    const read = decoder.compiled ? decoder.rowFunction() : decoder.interpreted(1)
    try {
      this.#rows.push(read(bytes, view, start, end) as Row)
    } catch (error) {
      throw decoder.explain(bytes, view, start, end, error)
    }
    this.size += end - start
  }
}
