/** A built-in range with its multirange: names, OIDs and array OIDs of both. */
export interface BuiltInRange {
  readonly subtypeOid: number
  readonly range: { readonly name: string; readonly oid: number; readonly arrayOid: number }
  readonly multirange: { readonly name: string; readonly oid: number; readonly arrayOid: number }
}

export const builtInRanges: readonly BuiltInRange[] = [
  builtIn('int4', 23, [3904, 3905], [4451, 6150]),
  builtIn('num', 1700, [3906, 3907], [4532, 6151]),
  builtIn('ts', 1114, [3908, 3909], [4533, 6152]),
  builtIn('tstz', 1184, [3910, 3911], [4534, 6153]),
  builtIn('date', 1082, [3912, 3913], [4535, 6155]),
  builtIn('int8', 20, [3926, 3927], [4536, 6157]),
]

function builtIn(
  prefix: string,
  subtypeOid: number,
  [oid, arrayOid]: readonly [number, number],
  [multirangeOid, multirangeArrayOid]: readonly [number, number],
): BuiltInRange {
  return {
    subtypeOid,
    range: { name: `${prefix}range`, oid, arrayOid },
    multirange: { name: `${prefix}multirange`, oid: multirangeOid, arrayOid: multirangeArrayOid },
  }
}
