/**
 * The profile that gives what the package `pg` gives, which reads everything as text by way of `pg-types`: what that has no
 * parser for is a string.
 */
import { decodeText } from '../../bytes/decode-text.ts'
import { arrayOf } from '../arrays/array-of.ts'
import { builtInCodecs } from '../built-in.ts'
import { sharedCodec } from '../codec-table.ts'
import { type Codec, defineCodec, TEXT } from '../codec.ts'
import { bool } from '../scalars/bool.ts'
import { bytea } from '../scalars/bytea.ts'
import { float4, float8 } from '../scalars/floats.ts'
import { circle, point } from '../scalars/geometric-fixed.ts'
import { int8 } from '../scalars/int8.ts'
import { int2, int4, oid } from '../scalars/integers.ts'
import { json, jsonb } from '../scalars/json.ts'
import { numeric } from '../scalars/numeric.ts'
import { bpchar, cstring, name, text, unknown, varchar } from '../scalars/text.ts'
import { time, timetz } from '../scalars/time.ts'
import { uuid } from '../scalars/uuid.ts'
import { asServerText, SERVER_TEXT } from '../text-fallback.ts'
import { textOf } from '../text-form.ts'
import { mapCodec } from './map-codec.ts'
import type { PgTypes } from './profile.ts'
import { dateAsLocalDate, timestampAsLocalDate, timestamptzAsPgDate } from './representations/local-time.ts'
import { intervalAsPg } from './representations/pg-interval.ts'

/** What is no string for `pg`, and strings that are the same in our own reading. */
const scalars: readonly Codec[] = [
  bool,
  bytea,
  int8,
  int2,
  int4,
  oid,
  float4,
  float8,
  numeric,
  text,
  varchar,
  bpchar,
  name,
  unknown,
  cstring,
  uuid,
  json,
  jsonb,
  dateAsLocalDate,
  time,
  timetz,
  timestampAsLocalDate,
  timestamptzAsPgDate,
  intervalAsPg,
  point,
  circle,
]

/** Elements of the arrays that are parsed. Any other array is the string that the server prints. */
const ELEMENTS: ReadonlySet<string> = new Set(
  (
    'bool bytea int2 int4 int8 oid float4 float8 numeric money ' +
    'text varchar bpchar regproc uuid json jsonb inet cidr macaddr ' +
    'date time timetz timestamp timestamptz interval point numrange'
  ).split(' '),
)

/** A numeric is a string, but in an array it is the nearest number, which may be infinite. */
const numericInArray: Codec<number> = mapCodec(numeric, {
  decode: Number,
  encode: (value) => value,
  ownStrings: false,
  typescript: { select: "import('kysely-pgwire/types').Float" },
})

/**
 * What `pg` gives for every type: dates and timestamps in the process's time zone, intervals and circles as its objects,
 * numeric as a string but numeric[] as numbers, and ranges, composites, enums and most arrays as the server's text.
 */
export const nodePostgresTypes: PgTypes<'node-postgres'> = nodePostgresProfile()

function nodePostgresProfile(): PgTypes<'node-postgres'> {
  const own = new Map(scalars.map((codec) => [codec.oid, codec]))
  const byOid = new Map(builtInCodecs.map((codec) => [codec.oid, sharedCodec(own.get(codec.oid) ?? asPrinted(codec))]))
  for (const element of byOid.values()) {
    if (ELEMENTS.has(element.name)) byOid.set(element.arrayOid, arrayOf(element === numeric ? numericInArray : element))
  }
  return Object.freeze<PgTypes<'node-postgres'>>({
    codecFor: (oid) => byOid.get(oid),
    codecNamed: ({ name, kind }, derived) => (kind === 'b' && OBJECTS.has(name) ? asServerText(derived()) : undefined),
    domainNames: [],
    arrays: 'nested',
    serverTypes: 'text',
    fingerprint: 'node-postgres',
  })
}

/** Types of extensions that the server casts to JSON objects. */
const OBJECTS: ReadonlySet<string> = new Set(['hstore', 'geometry'])

/** A type as the text that the server prints. Encodes whatever the type's own codec does, as text. */
function asPrinted(codec: Codec): Codec<string> {
  const { name, oid, arrayOid, delimiter, samples, encodesArrays } = codec
  const { insert } = codec.typescript
  const told = insert === 'never' || insert === 'string' || insert.startsWith('string | ')
  return defineCodec<string>({
    name,
    oid,
    arrayOid,
    delimiter,
    samples,
    encodesArrays,
    format: TEXT,
    typescript: { select: isList(codec) ? SERVER_TEXT : 'string', insert: told ? insert : `string | ${insert}` },
    encodesStrings: true,
    decode: (bytes, _view, offset, length) => decodeText(bytes, offset, length),
    encode: (value, out) => out.text(textOf(codec, value)),
    fromText: (printed) => printed,
    toText: (value) => textOf(codec, value),
  })
}

/** Whether the server makes a list of it, where it makes JSON. */
function isList({ name, encodesArrays }: Codec): boolean {
  return encodesArrays && (name.startsWith('_') || !name.endsWith('multirange'))
}
