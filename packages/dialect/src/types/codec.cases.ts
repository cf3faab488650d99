import { boolCases } from './scalars/bool.cases.ts'
import { byteaCases } from './scalars/bytea.cases.ts'
import { charCases } from './scalars/char.cases.ts'
import { dateCases } from './scalars/date.cases.ts'
import { float4Cases, float8Cases } from './scalars/floats.cases.ts'
import { int8Cases } from './scalars/int8.cases.ts'
import { int2Cases, int4Cases, oidCases } from './scalars/integers.cases.ts'
import { intervalCases } from './scalars/interval.cases.ts'
import { jsonCases, jsonbCases } from './scalars/json.cases.ts'
import { numericCases } from './scalars/numeric.cases.ts'
import { bpcharCases, cstringCases, nameCases, textCases, unknownCases, varcharCases } from './scalars/text.cases.ts'
import { timeCases, timetzCases } from './scalars/time.cases.ts'
import { timestampCases, timestamptzCases } from './scalars/timestamp.cases.ts'
import { uuidCases } from './scalars/uuid.cases.ts'
import { voidCases } from './scalars/void.cases.ts'
import { boolArrayCases, byteaArrayCases, float8ArrayCases, int2ArrayCases, int4ArrayCases, int8ArrayCases, jsonbArrayCases, numericArrayCases, textArrayCases, timestamptzArrayCases } from './array-of.cases.ts'
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
]
