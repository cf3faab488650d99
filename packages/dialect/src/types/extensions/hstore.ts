import { decodeText } from '../../bytes/decode-text.ts'
import type { SendBuffer } from '../../bytes/send-buffer.ts'
import { InvalidValueError } from '../../errors/codec-error.ts'
import { type Codec, defineCodec } from '../codec.ts'
import { NULL_LENGTH, readPartLength, readPresentLength, requireEnd } from '../parts/binary-part.ts'
import { escapeText, unescapeText } from '../parts/escaped-text.ts'
import { requireText } from '../plain-text.ts'

/** What an `hstore` is in JavaScript. */
export type Hstore = Record<string, string | null>

/** A key and a value take at least their two length words. */
const SMALLEST_PAIR_BYTES = 8

/** How the server prints pairs: "a"=>"1", "b"=>NULL */
const ARROW = '=>'
const NULL = 'NULL'
const SEPARATOR = ', '

/**
 * Keys and values, both of them text, values also NULL: an object with these members, whatever their names are.
 * Encodes plain objects with values that are strings, numbers, bigints, booleans or null.
 *
 * @see https://www.postgresql.org/docs/current/hstore.html
 */
export const hstore: Codec<Hstore> = defineCodec<Hstore>({
  name: 'hstore',
  typescript: { select: 'Record<string, string | null>', insert: 'Record<string, string | null>' },
  samples: ['', '"a"=>"1", "b"=>NULL', '""=>"", "\\\\"=>"\\"", "NULL"=>"NULL"', '"__proto__"=>"1"'],
  decode,
  encode,
  fromText,
  toText,
})

function decode(bytes: Buffer, view: DataView, offset: number, length: number): Hstore {
  const end = offset + length
  if (length < 4) throw new InvalidValueError('too short for an hstore')
  const count = view.getUint32(offset)
  if (count * SMALLEST_PAIR_BYTES > length - 4) throw new InvalidValueError('too short for its pairs')
  const members: Hstore = {}
  let at = offset + 4
  for (let index = 0; index < count; index++) {
    const keyLength = readPresentLength(view, at, end, -1)
    const key = decodeText(bytes, at + 4, keyLength)
    at += 4 + keyLength
    const valueLength = readPartLength(view, at, end, -1)
    const value = valueLength === NULL_LENGTH ? null : decodeText(bytes, at + 4, valueLength)
    at += 4 + (value === null ? 0 : valueLength)
    setMember(members, key, value)
  }
  requireEnd(at, end)
  return members
}

function encode(value: unknown, out: SendBuffer): void {
  const members = Object.entries(requireMembers(value))
  out.int32(members.length)
  for (const [key, item] of members) {
    encodeText(key, out)
    if (item === null) out.int32(NULL_LENGTH)
    else encodeText(requireText(item), out)
  }
}

function encodeText(text: string, out: SendBuffer): void {
  const start = out.length
  out.int32(0)
  out.text(text)
  out.patchInt32(start, out.length - start - 4)
}

/** A Map or an instance of some class has other members than it seems to have. */
function requireMembers(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const prototype = Object.getPrototypeOf(value) as unknown
    // The second holds for objects of another realm, too.
    if (prototype === null || Object.getPrototypeOf(prototype) === null) return value as Record<string, unknown>
  }
  throw new InvalidValueError('not a plain object')
}

function fromText(text: string): Hstore {
  const members: Hstore = {}
  let at = 0
  while (at < text.length) {
    if (at > 0) at = skip(text, at, SEPARATOR)
    const keyEnd = quotedEnd(text, at)
    const valueStart = skip(text, keyEnd, ARROW)
    const isNull = text.startsWith(NULL, valueStart)
    const valueEnd = isNull ? valueStart + NULL.length : quotedEnd(text, valueStart)
    setMember(members, unquoted(text, at, keyEnd), isNull ? null : unquoted(text, valueStart, valueEnd))
    at = valueEnd
  }
  return members
}

function skip(text: string, at: number, expected: string): number {
  if (!text.startsWith(expected, at)) throw new InvalidValueError('a malformed hstore')
  return at + expected.length
}

/** Returns where the quoted text that begins at `start` has ended. */
function quotedEnd(text: string, start: number): number {
  let at = skip(text, start, '"')
  while (text[at] !== '"') {
    if (text[at] === '\\') at++
    if (at >= text.length) throw new InvalidValueError('a malformed hstore')
    at++
  }
  return at + 1
}

function unquoted(text: string, start: number, end: number): string {
  return unescapeText(text.slice(start + 1, end - 1), '\\')
}

function toText(value: unknown): string {
  return Object.entries(requireMembers(value))
    .map(([key, item]) => `${quoted(key)}${ARROW}${item === null ? NULL : quoted(requireText(item))}`)
    .join(SEPARATOR)
}

function quoted(text: string): string {
  return `"${escapeText(text, /["\\]/g, '\\$&')}"`
}

/** `__proto__` is a key like any other, which assignment would take for something else. */
function setMember(members: Hstore, key: string, value: string | null): void {
  if (key !== '__proto__') members[key] = value
  else Object.defineProperty(members, key, { value, enumerable: true, configurable: true, writable: true })
}
