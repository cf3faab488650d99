import { type DecodedColumn, malformedRow, requireSize, type RowFunction, type RowMode } from './row-function.ts'

/** The row function without code generation: a loop over the columns. */
export function interpretedRowFunction(columns: readonly DecodedColumn[], mode: RowMode): RowFunction {
  const count = columns.length
  const names = columns.map((column) => column.name)
  const values = (bytes: Buffer, view: DataView, offset: number, end: number): unknown[] => {
    if (offset + 2 > end || view.getUint16(offset) !== count) malformedRow()
    let at = offset + 2
    const row: unknown[] = []
    for (let index = 0; index < count; index++) {
      if (at + 4 > end) malformedRow()
      const length = view.getInt32(at)
      at += 4
      if (length === -1) {
        row.push(null)
        continue
      }
      if (length < 0 || at + length > end) malformedRow()
      const { codec } = columns[index]!
      requireSize(codec, length)
      row.push(codec.decode(bytes, view, at, length))
      at += length
    }
    if (at !== end) malformedRow()
    return row
  }
  if (mode === 'array') return values

  // Stores on a fresh {} fall into dictionary mode from about 20 columns; copies of one seeded object stay fast.
  const shape = Object.fromEntries(names.map((name) => [name, null]))
  return (bytes, view, offset, end) => {
    const fields = values(bytes, view, offset, end)
    const row: Record<string, unknown> = { ...shape }
    for (let index = 0; index < count; index++) {
      const name = names[index]!
      if (name === '__proto__') defineField(row, name, fields[index])
      else row[name] = fields[index]
    }
    return row
  }
}

function defineField(row: object, name: string, value: unknown): void {
  Object.defineProperty(row, name, { value, writable: true, enumerable: true, configurable: true })
}
