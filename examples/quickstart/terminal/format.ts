/** How values and tables look on the terminal. */

const WIDEST_CELL = 48
const numbers = new Intl.NumberFormat('en')

export function formatNumber(value: number): string {
  return numbers.format(value)
}

export function formatMs(ms: number): string {
  return ms < 100 ? `${ms.toFixed(1)} ms` : `${formatNumber(Math.round(ms))} ms`
}

/** Rows as a table: numbers stand to the right, long values are cut. */
export function formatTable(rows: readonly object[]): string {
  const names = Object.keys(rows[0] ?? {})
  const columns = names.map((name) => {
    const values = rows.map((row) => (row as Record<string, unknown>)[name])
    const cells = values.map(formatValue)
    const width = Math.max(name.length, ...cells.map((cell) => cell.length))
    const toTheRight = values.every(isNumeric)
    const pad = (cell: string): string => (toTheRight ? cell.padStart(width) : cell.padEnd(width))
    return [pad(name), '─'.repeat(width), ...cells.map(pad)]
  })
  const lines = (columns[0] ?? []).map((_, line) => columns.map((column) => column[line]).join('  '))
  return lines.map((line) => `  ${line.trimEnd()}\n`).join('')
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

/** 64-bit numbers are strings of digits. */
function isNumeric(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value))
}

function formatValue(value: unknown): string {
  const text = toText(value)
  return text.length > WIDEST_CELL ? `${text.slice(0, WIDEST_CELL - 1)}…` : text
}

function toText(value: unknown): string {
  if (typeof value === 'number') return formatNumber(value)
  if (typeof value === 'string') return value
  if (value instanceof Date) return value.toISOString()
  return JSON.stringify(value)
}
