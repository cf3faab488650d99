import { bitCases, varbitCases } from './scalars/bit-strings.cases.ts'
import { boolCases } from './scalars/bool.cases.ts'
import { byteaCases } from './scalars/bytea.cases.ts'
import { charCases } from './scalars/char.cases.ts'
import { dateCases } from './scalars/date.cases.ts'
import { float4Cases, float8Cases } from './scalars/floats.cases.ts'
import { boxCases, circleCases, lineCases, lsegCases, pointCases } from './scalars/geometric-fixed.cases.ts'
import { pathCases, polygonCases } from './scalars/geometric-lists.cases.ts'
import { int8Cases } from './scalars/int8.cases.ts'
import { int2Cases, int4Cases, oidCases } from './scalars/integers.cases.ts'
import { intervalCases } from './scalars/interval.cases.ts'
import { jsonCases, jsonbCases } from './scalars/json.cases.ts'
import { jsonpathCases } from './scalars/jsonpath.cases.ts'
import { macaddr8Cases, macaddrCases } from './scalars/macaddr.cases.ts'
import { cidrCases, inetCases } from './scalars/network-addresses.cases.ts'
import { numericCases } from './scalars/numeric.cases.ts'
import { regclassCases, regcollationCases, regconfigCases, regdictionaryCases, regnamespaceCases, regoperCases, regoperatorCases, regprocCases, regprocedureCases, regroleCases, regtypeCases } from './scalars/object-names.cases.ts'
import { pgLsnCases } from './scalars/pg-lsn.cases.ts'
import { pgSnapshotCases, txidSnapshotCases } from './scalars/snapshots.cases.ts'
import { aclitemCases, internalCases, moneyCases, refcursorCases, xmlCases } from './scalars/text-only.cases.ts'
import { tsqueryCases, tsvectorCases } from './scalars/text-search.cases.ts'
import { bpcharCases, cstringCases, nameCases, textCases, unknownCases, varcharCases } from './scalars/text.cases.ts'
import { tidCases } from './scalars/tid.cases.ts'
import { timeCases, timetzCases } from './scalars/time.cases.ts'
import { timestampCases, timestamptzCases } from './scalars/timestamp.cases.ts'
import { cidCases, xid8Cases, xidCases } from './scalars/transaction-ids.cases.ts'
import { uuidCases } from './scalars/uuid.cases.ts'
import { int2vectorCases, oidvectorCases } from './scalars/vectors.cases.ts'
import { voidCases } from './scalars/void.cases.ts'
import { boolArrayCases, byteaArrayCases, float8ArrayCases, int2ArrayCases, int4ArrayCases, int4BoundedArrayCases, int8ArrayCases, jsonbArrayCases, jsonbBoundedArrayCases, numericArrayCases, textArrayCases, textBoundedArrayCases, timestamptzArrayCases } from './arrays/array-of.cases.ts'
import { daterangeCases, int4multirangeCases, int4rangeCases, int8rangeCases, nummultirangeCases, numrangeCases, tsrangeCases, tstzrangeCases } from './ranges/range-of.cases.ts'
import type { CodecCases } from './shape.cases.ts'

/** The cases of every codec. */
export const codecCases: readonly CodecCases[] = [
  boolCases,
  byteaCases,
  charCases,
  dateCases,
  float4Cases,
  float8Cases,
  int8Cases,
  int2Cases,
  int4Cases,
  oidCases,
  intervalCases,
  jsonCases,
  jsonbCases,
  numericCases,
  textCases,
  varcharCases,
  bpcharCases,
  nameCases,
  unknownCases,
  cstringCases,
  timeCases,
  timetzCases,
  timestamptzCases,
  timestampCases,
  uuidCases,
  voidCases,
  bitCases,
  varbitCases,
  boxCases,
  circleCases,
  lineCases,
  lsegCases,
  pointCases,
  pathCases,
  polygonCases,
  jsonpathCases,
  macaddr8Cases,
  macaddrCases,
  cidrCases,
  inetCases,
  regclassCases,
  regcollationCases,
  regconfigCases,
  regdictionaryCases,
  regnamespaceCases,
  regoperCases,
  regoperatorCases,
  regprocCases,
  regprocedureCases,
  regroleCases,
  regtypeCases,
  pgLsnCases,
  pgSnapshotCases,
  txidSnapshotCases,
  aclitemCases,
  ...internalCases,
  moneyCases,
  refcursorCases,
  xmlCases,
  tsqueryCases,
  tsvectorCases,
  tidCases,
  cidCases,
  xid8Cases,
  xidCases,
  int2vectorCases,
  oidvectorCases,
  int4ArrayCases,
  int2ArrayCases,
  int8ArrayCases,
  float8ArrayCases,
  boolArrayCases,
  textArrayCases,
  byteaArrayCases,
  numericArrayCases,
  jsonbArrayCases,
  timestamptzArrayCases,
  int4BoundedArrayCases,
  jsonbBoundedArrayCases,
  textBoundedArrayCases,
  int4rangeCases,
  numrangeCases,
  int8rangeCases,
  daterangeCases,
  tsrangeCases,
  tstzrangeCases,
  int4multirangeCases,
  nummultirangeCases,
]
