import { decodeAscii } from '../../bytes/decode-text.ts'
import { SendBuffer } from '../../bytes/send-buffer.ts'
import { InvalidValueError } from '../../errors/codec-error.ts'
import { type Codec, defineCodec } from '../codec.ts'

/** Digit count, weight, sign and scale, of two bytes each; then the digits, in base 10,000. */
const HEADER_BYTES = 8

const POSITIVE = 0x0000
const NEGATIVE = 0x4000
const NAN = 0xc000
const INFINITY = 0xd000
const NEGATIVE_INFINITY = 0xf000
/** The scale that the server sends with an infinity, and ignores. */
const INFINITY_SCALE = 0x20

/** The most that the server takes: digits before the decimal point, and behind it. */
const MAX_INTEGER_DIGITS = 131_072
const MAX_SCALE = 16_383

const EXPONENT = /^[eE][+-]?\d{1,9}$/

const ZERO = 0x30
const NINE = 0x39
const POINT = 0x2e
const PLUS = 0x2b
const MINUS = 0x2d

/** Longer texts get a buffer of their own. */
const SCRATCH_BYTES = 256
const scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES)
const checked = new SendBuffer()

/**
 * A number of any precision, as the decimal string that the server prints: scale kept, also 'NaN', 'Infinity' and
 * '-Infinity'. Encodes such strings, numbers exactly as JavaScript prints them, and bigints.
 *
 * @see https://www.postgresql.org/docs/current/datatype-numeric.html
 */
export const numeric: Codec<string> = defineCodec<string>({
  name: 'numeric',
  oid: 1700,
  arrayOid: 1231,
  typescript: { select: "`${number}` | 'NaN' | 'Infinity' | '-Infinity'", insert: 'string | number | bigint' },
  samples: ['0', '-0.50', '12345.6789', '0.00001', '99999999999999999999', 'NaN', 'Infinity', '-Infinity'],
  decode: decodeNumeric,
  encode: encodeNumeric,
  fromText: parseNumeric,
  toText: numericText,
})

function decodeNumeric(_bytes: Buffer, view: DataView, offset: number, length: number): string {
  if (length < HEADER_BYTES) throw new InvalidValueError('too short for a numeric')
  const digitCount = view.getUint16(offset)
  const weight = view.getInt16(offset + 2)
  const sign = view.getUint16(offset + 4)
  const scale = view.getUint16(offset + 6)
  if (length !== HEADER_BYTES + 2 * digitCount) throw new InvalidValueError('not as long as its digits')
  if (scale > MAX_SCALE) throw new InvalidValueError('an impossible scale')
  if (sign === NAN) return 'NaN'
  if (sign === INFINITY) return 'Infinity'
  if (sign === NEGATIVE_INFINITY) return '-Infinity'
  if (sign !== POSITIVE && sign !== NEGATIVE) throw new InvalidValueError('an impossible sign')

  const integerGroups = digitCount === 0 || weight < 0 ? 0 : weight + 1
  const most = 3 + 4 * integerGroups + scale + 4
  const out = most > SCRATCH_BYTES ? Buffer.allocUnsafe(most) : scratch
  const digits = offset + HEADER_BYTES
  let at = 0
  if (sign === NEGATIVE) out[at++] = MINUS
  if (integerGroups === 0) {
    out[at++] = ZERO
  } else {
    at = writeLeadingGroup(out, at, groupAt(view, digits, digitCount, 0))
    for (let group = 1; group < integerGroups; group++) {
      at = writeGroup(out, at, groupAt(view, digits, digitCount, group))
    }
  }
  if (scale > 0) {
    out[at++] = POINT
    const end = at + scale
    for (let group = weight + 1; at < end; group++) at = writeGroup(out, at, groupAt(view, digits, digitCount, group))
    // The last group may reach beyond the scale, where the server prints nothing.
    at = end
  }
  return decodeAscii(out, 0, at)
}

/** A digit of base 10,000; those that are not sent are zero. */
function groupAt(view: DataView, digits: number, digitCount: number, index: number): number {
  if (index < 0 || index >= digitCount) return 0
  const group = view.getUint16(digits + 2 * index)
  if (group > 9999) throw new InvalidValueError('an impossible digit')
  return group
}

function writeGroup(out: Buffer, at: number, group: number): number {
  const hundreds = (group / 100) | 0
  const rest = group - hundreds * 100
  const thousands = (hundreds / 10) | 0
  const tens = (rest / 10) | 0
  out[at] = ZERO + thousands
  out[at + 1] = ZERO + hundreds - thousands * 10
  out[at + 2] = ZERO + tens
  out[at + 3] = ZERO + rest - tens * 10
  return at + 4
}

/** Without leading zeros. */
function writeLeadingGroup(out: Buffer, at: number, group: number): number {
  if (group >= 1000) return writeGroup(out, at, group)
  const hundreds = (group / 100) | 0
  const tens = (group / 10) | 0
  let next = at
  if (group >= 100) out[next++] = ZERO + hundreds
  if (group >= 10) out[next++] = ZERO + tens - hundreds * 10
  out[next++] = ZERO + group - tens * 10
  return next
}

function encodeNumeric(value: unknown, out: SendBuffer): void {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') {
    throw new InvalidValueError('not a number')
  }
  const decimal = String(value)
  if (decimal === 'NaN') writeHeader(out, 0, 0, NAN, 0)
  else if (decimal === 'Infinity') writeHeader(out, 0, 0, INFINITY, INFINITY_SCALE)
  else if (decimal === '-Infinity') writeHeader(out, 0, 0, NEGATIVE_INFINITY, INFINITY_SCALE)
  else encodeDecimal(decimal, out)
}

/** One pass to find the parts and one to write the digits: 98 ns for 8 digits, against 490 by way of a regular expression. */
function encodeDecimal(decimal: string, out: SendBuffer): void {
  const signed = decimal.charCodeAt(0) === MINUS || decimal.charCodeAt(0) === PLUS
  const start = signed ? 1 : 0
  let end = start
  let point = -1
  let first = -1
  let last = -1
  for (; end < decimal.length; end++) {
    const unit = decimal.charCodeAt(end)
    if (unit === POINT && point === -1) point = end
    else if (unit < ZERO || unit > NINE) break
    else if (unit !== ZERO) {
      if (first === -1) first = end
      last = end
    }
  }
  const exponent = end < decimal.length ? parseExponent(decimal.slice(end)) : 0
  const integerEnd = point === -1 ? end : point
  const fractionDigits = point === -1 ? 0 : end - point - 1
  if (integerEnd - start + fractionDigits === 0) throw new InvalidValueError('not a decimal number')
  const scale = Math.max(0, fractionDigits - exponent)
  if (scale > MAX_SCALE) throw new InvalidValueError('out of range for numeric')
  if (first === -1) return writeHeader(out, 0, 0, POSITIVE, scale)

  const firstPower = powerAt(first, integerEnd) + exponent
  const lastPower = powerAt(last, integerEnd) + exponent
  if (firstPower >= MAX_INTEGER_DIGITS) throw new InvalidValueError('out of range for numeric')
  const weight = Math.floor(firstPower / 4)
  const digitCount = weight - Math.floor(lastPower / 4) + 1
  writeHeader(out, digitCount, weight, decimal.charCodeAt(0) === MINUS ? NEGATIVE : POSITIVE, scale)
  let group = 0
  let power = firstPower
  for (let at = first; at <= last; at++) {
    if (at === point) continue
    group = group * 10 + decimal.charCodeAt(at) - ZERO
    if (power % 4 === 0) {
      out.uint16(group)
      group = 0
    }
    power--
  }
  const zerosLeft = (((power + 1) % 4) + 4) % 4
  if (zerosLeft > 0) out.uint16(group * 10 ** zerosLeft)
}

/** The power of ten that the digit at an index stands for. */
function powerAt(index: number, integerEnd: number): number {
  return index < integerEnd ? integerEnd - index - 1 : integerEnd - index
}

function parseExponent(source: string): number {
  if (!EXPONENT.test(source)) throw new InvalidValueError('not a decimal number')
  return Number(source.slice(1))
}

function writeHeader(out: SendBuffer, digitCount: number, weight: number, sign: number, scale: number): void {
  out.uint16(digitCount)
  out.int16(weight)
  out.uint16(sign)
  out.uint16(scale)
}

/** By way of the bytes, so that the text is as `decode` gives it whoever wrote it. */
function parseNumeric(text: string): string {
  checked.truncate(0)
  encodeNumeric(text, checked)
  return decodeNumeric(checked.bytes, checked.view, 0, checked.length)
}

/** Checks by encoding, which is where the rules are. */
function numericText(value: unknown): string {
  checked.truncate(0)
  encodeNumeric(value, checked)
  return String(value)
}
