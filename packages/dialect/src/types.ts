export type { SendBuffer } from './bytes/send-buffer.ts'
export { InvalidValueError } from './errors/codec-error.ts'
export { type ArrayOptions, arrayOf } from './types/arrays/array-of.ts'
export { BoundedArray } from './types/arrays/bounded-array.ts'
export type { PgArray } from './types/arrays/pg-array.ts'
export type {
  AnonymousRecord,
  Float,
  Geometry,
  Infinite,
  Multirange,
  Oid,
  ServerText,
  Vector,
} from './types/flavours.ts'
export type { JsonAs, JsonForm, jsonForm } from './types/json-form.ts'
export type { Json, JsonInput } from './types/json-value.ts'
export { builtInCodecs } from './types/built-in.ts'
export { BINARY, type Codec, type CodecDefinition, defineCodec, type Format, TEXT } from './types/codec.ts'
export type { CompositeField } from './types/composites/composite-fields.ts'
export { compositeOf } from './types/composites/composite-of.ts'
export { domainOf } from './types/server-types/domain-of.ts'
export { enumOf } from './types/server-types/enum-of.ts'
export { codecsFromRows, serverTypesQuery, type ServerTypeRow } from './types/server-types/server-types.ts'
export { changedCodec } from './types/changed-codec.ts'
export { extensionCodecs } from './types/extensions.ts'
export { Interval, type IntervalFields } from './types/scalars/interval-value.ts'
export { type CodecMapping, mapCodec } from './types/profile/map-codec.ts'
export { multirangeOf } from './types/ranges/multirange-of.ts'
export { nodePostgresTypes } from './types/profile/node-postgres.ts'
export { type CodecChoice, type PgTypesOptions } from './types/profile/profile-options.ts'
export { defaultTypes, definePgTypes, type NamedType, type PgTypes } from './types/profile/profile.ts'
export { Range, type RangeBounds, type RangeLike } from './types/ranges/range-value.ts'
export { rangeOf } from './types/ranges/range-of.ts'
export { recordOf } from './types/composites/record-of.ts'
export type { JsonParsing } from './types/profile/representations/json.ts'
export { PgInterval, type PgIntervalFields } from './types/profile/representations/pg-interval.ts'
export type { TemporalImplementation, TemporalValue } from './types/scalars/temporal-types.ts'
export { asText, type TextTypeOptions } from './types/text-fallback.ts'
export type { TypeIdentity } from './types/type-identity.ts'
export type { Box, Circle, Line, LineSegment, Path, Point, Polygon } from './types/scalars/geometric-values.ts'
export { citext } from './types/extensions/citext.ts'
export { cube } from './types/extensions/cube.ts'
export { halfvec } from './types/extensions/halfvec.ts'
export { hstore } from './types/extensions/hstore.ts'
export { lquery, ltree, ltxtquery } from './types/extensions/ltree.ts'
export { geography, geometry } from './types/extensions/postgis.ts'
export { seg } from './types/extensions/seg.ts'
export { type SparseVector, sparsevec } from './types/extensions/sparsevec.ts'
export { vector } from './types/extensions/vector.ts'
export { bit, varbit } from './types/scalars/bit-strings.ts'
export { bool } from './types/scalars/bool.ts'
export { bytea } from './types/scalars/bytea.ts'
export { char } from './types/scalars/char.ts'
export { date } from './types/scalars/date.ts'
export { float4, float8 } from './types/scalars/floats.ts'
export { box, circle, line, lseg, point } from './types/scalars/geometric-fixed.ts'
export { path, polygon } from './types/scalars/geometric-lists.ts'
export { int8 } from './types/scalars/int8.ts'
export { int2, int4, oid } from './types/scalars/integers.ts'
export { interval } from './types/scalars/interval.ts'
export { json, jsonb } from './types/scalars/json.ts'
export { jsonpath } from './types/scalars/jsonpath.ts'
export { macaddr, macaddr8 } from './types/scalars/macaddr.ts'
export { cidr, inet } from './types/scalars/network-addresses.ts'
export { numeric } from './types/scalars/numeric.ts'
export {
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
} from './types/scalars/object-names.ts'
export { pgLsn } from './types/scalars/pg-lsn.ts'
export { pgSnapshot, txidSnapshot } from './types/scalars/snapshots.ts'
export { aclitem, money, refcursor, xml } from './types/scalars/text-only.ts'
export { tsquery, tsvector } from './types/scalars/text-search.ts'
export { bpchar, cstring, name, text, unknown, varchar } from './types/scalars/text.ts'
export { tid } from './types/scalars/tid.ts'
export { time, timetz } from './types/scalars/time.ts'
export { timestamp, timestamptz } from './types/scalars/timestamp.ts'
export { cid, xid, xid8 } from './types/scalars/transaction-ids.ts'
export { uuid } from './types/scalars/uuid.ts'
export { int2vector, oidvector } from './types/scalars/vectors.ts'
export { voidType } from './types/scalars/void.ts'
