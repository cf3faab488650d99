/** How values and tables look on the terminal. */

const WIDEST_CELL = 48

/** What stands to the right in its column: numbers, also those of 64 bits, which are strings, and quantities with a unit. */
const NUMERIC = /^(-?[\d,]+(\.\d+)?( ms)?)?$/

const numbers = new Intl.NumberFormat('en')

export function formatNumber(value: number): string {
  return numbers.format(value)
}

export function formatMs(ms: number): string {
  return ms < 100 ? `${ms.toFixed(1)} ms` : `${formatNumber(Math.round(ms))} ms`
}

/** Rows as the lines of a table. */
export function formatTable(rows: readonly object[]): string[] {
  const columns = Object.keys(rows[0] ?? {}).map((name) => {
    const cells = rows.map((row) => formatCell((row as Record<string, unknown>)[name]))
    const width = Math.max(name.length, ...cells.map((cell) => cell.length))
    const toTheRight = cells.every((cell) => NUMERIC.test(cell))
    const pad = (cell: string): string => (toTheRight ? cell.padStart(width) : cell.padEnd(width))
    return [name, '─'.repeat(width)].concat(cells).map(pad)
  })
  const [first = []] = columns
  return first.map((_, line) =>
    columns
      .map((column) => column[line])
      .join('  ')
      .trimEnd(),
  )
}

/** Text in lines of at most `width` characters, broken at spaces. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}

function formatCell(value: unknown): string {
  const text = toText(value)
  return text.length > WIDEST_CELL ? `${text.slice(0, WIDEST_CELL - 1)}…` : text
}

function toText(value: unknown): string {
  if (typeof value === 'string') return value
  if (value instanceof Date) return value.toISOString()
  return JSON.stringify(value)
}
