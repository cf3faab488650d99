import { codecTable } from './codec-table.ts'
import type { Codec } from './codec.ts'
import { bit, varbit } from './scalars/bit-strings.ts'
import { bool } from './scalars/bool.ts'
import { bytea } from './scalars/bytea.ts'
import { char } from './scalars/char.ts'
import { date } from './scalars/date.ts'
import { float4, float8 } from './scalars/floats.ts'
import { box, circle, line, lseg, point } from './scalars/geometric-fixed.ts'
import { path, polygon } from './scalars/geometric-lists.ts'
import { int8 } from './scalars/int8.ts'
import { int2, int4, oid } from './scalars/integers.ts'
import { interval } from './scalars/interval.ts'
import { json, jsonb } from './scalars/json.ts'
import { jsonpath } from './scalars/jsonpath.ts'
import { macaddr, macaddr8 } from './scalars/macaddr.ts'
import { cidr, inet } from './scalars/network-addresses.ts'
import { numeric } from './scalars/numeric.ts'
import {
  regclass,
  regcollation,
  regconfig,
  regdictionary,
  regnamespace,
  regoper,
  regoperator,
  regproc,
  regprocedure,
  regrole,
  regtype,
} from './scalars/object-names.ts'
import { pgLsn } from './scalars/pg-lsn.ts'
import { pgSnapshot, txidSnapshot } from './scalars/snapshots.ts'
import { aclitem, internalCodecs, money, refcursor, xml } from './scalars/text-only.ts'
import { tsquery, tsvector } from './scalars/text-search.ts'
import { bpchar, cstring, name, text, unknown, varchar } from './scalars/text.ts'
import { tid } from './scalars/tid.ts'
import { time, timetz } from './scalars/time.ts'
import { timestamp, timestamptz } from './scalars/timestamp.ts'
import { cid, xid, xid8 } from './scalars/transaction-ids.ts'
import { uuid } from './scalars/uuid.ts'
import { int2vector, oidvector } from './scalars/vectors.ts'
import { voidType } from './scalars/void.ts'

/** The types that are made of no others, and need no look-up. A new one is a line here. */
export const scalarCodecs: readonly Codec[] = Object.freeze([
  bit,
  varbit,
  bool,
  bytea,
  char,
  date,
  float4,
  float8,
  point,
  lseg,
  box,
  line,
  circle,
  path,
  polygon,
  int8,
  int2,
  int4,
  oid,
  interval,
  json,
  jsonb,
  jsonpath,
  macaddr,
  macaddr8,
  inet,
  cidr,
  numeric,
  regproc,
  regprocedure,
  regoper,
  regoperator,
  regclass,
  regcollation,
  regtype,
  regrole,
  regnamespace,
  regconfig,
  regdictionary,
  pgLsn,
  pgSnapshot,
  txidSnapshot,
  money,
  xml,
  refcursor,
  aclitem,
  ...internalCodecs,
  tsvector,
  tsquery,
  text,
  varchar,
  bpchar,
  name,
  unknown,
  cstring,
  tid,
  time,
  timetz,
  timestamptz,
  timestamp,
  xid,
  cid,
  xid8,
  uuid,
  int2vector,
  oidvector,
  voidType,
])

/** The built-in types: scalars, and all that is made of them. */
export const builtInCodecs: readonly Codec[] = Object.freeze([...codecTable(scalarCodecs).values()])
