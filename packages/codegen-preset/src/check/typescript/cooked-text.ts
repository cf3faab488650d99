/** The text that a template's literal part stands for, and where each character of it is written. */
export interface CookedText {
  readonly text: string
  /** The offset in the file of the character at `index`, in UTF-16 units; that of the end for `text.length`. */
  readonly offsetOf: (index: number) => number
}

const ESCAPE =
  /\\(?:(?:\r\n|[\n\r\u2028\u2029])|u\{(?<point>[\da-f]+)\}|u(?<unit>[\da-f]{4})|x(?<byte>[\da-f]{2})|0(?!\d)|(?<plain>[^\dux]))|\r\n?/giu

const LETTERS: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

/** Undefined for an escape that is none. `start` is where `raw` begins in its file. */
export function cookedText(raw: string, start: number): CookedText | undefined {
  if (!/[\\\r]/.test(raw)) return { text: raw, offsetOf: (index) => start + index }
  const offsets: number[] = []
  let text = ''
  let at = 0
  const take = (cooked: string, from: number, step: number): void => {
    for (let unit = 0; unit < cooked.length; unit++) offsets.push(start + from + unit * step)
    text += cooked
  }
  for (const match of raw.matchAll(ESCAPE)) {
    const between = raw.slice(at, match.index)
    if (between.includes('\\')) return undefined
    take(between, at, 1)
    const cooked = cookedEscape(match)
    if (cooked === undefined) return undefined
    take(cooked, match.index, 0)
    at = match.index + match[0].length
  }
  const rest = raw.slice(at)
  if (rest.includes('\\')) return undefined
  take(rest, at, 1)
  offsets.push(start + raw.length)
  return { text, offsetOf: (index) => offsets[index] ?? start + raw.length }
}

function cookedEscape(match: RegExpExecArray): string | undefined {
  const { point, unit, byte, plain } = match.groups ?? {}
  if (match[0].startsWith('\r')) return '\n'
  if (plain !== undefined && !/[\n\r\u2028\u2029]/.test(plain)) return LETTERS[plain] ?? plain
  const code = point ?? unit ?? byte
  if (code !== undefined) {
    const value = Number.parseInt(code, 16)
    if (value > 0x10ffff) return undefined
    return unit === undefined ? String.fromCodePoint(value) : String.fromCharCode(value)
  }
  return match[0] === String.raw`\0` ? '\0' : ''
}
