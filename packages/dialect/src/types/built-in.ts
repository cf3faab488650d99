import { arrayOf } from './array-of.ts'
import type { Codec } from './codec.ts'
import { bool } from './scalars/bool.ts'
import { bytea } from './scalars/bytea.ts'
import { char } from './scalars/char.ts'
import { date } from './scalars/date.ts'
import { float4, float8 } from './scalars/floats.ts'
import { int8 } from './scalars/int8.ts'
import { int2, int4, oid } from './scalars/integers.ts'
import { interval } from './scalars/interval.ts'
import { json, jsonb } from './scalars/json.ts'
import { numeric } from './scalars/numeric.ts'
import { bpchar, cstring, name, text, unknown, varchar } from './scalars/text.ts'
import { time, timetz } from './scalars/time.ts'
import { timestamp, timestamptz } from './scalars/timestamp.ts'
import { uuid } from './scalars/uuid.ts'
import { voidType } from './scalars/void.ts'

/** The types that need no look-up. A new one is a line here. */
export const scalarCodecs: readonly Codec[] = [
  bool,
  bytea,
  char,
  name,
  int8,
  int2,
  int4,
  text,
  oid,
  json,
  float4,
  float8,
  unknown,
  bpchar,
  varchar,
  date,
  time,
  timestamp,
  timestamptz,
  interval,
  timetz,
  numeric,
  voidType,
  cstring,
  uuid,
  jsonb,
]

/** The built-in types and their arrays. */
export const builtInCodecs: readonly Codec[] = [
  ...scalarCodecs,
  ...scalarCodecs.filter((codec) => codec.arrayOid !== 0).map((codec) => arrayOf(codec)),
]

export const builtInCodecsByOid: ReadonlyMap<number, Codec> = new Map(builtInCodecs.map((codec) => [codec.oid, codec]))
