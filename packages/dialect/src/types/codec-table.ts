import { arrayOf } from './arrays/array-of.ts'
import { type Codec, defineCodec } from './codec.ts'
import { recordOf } from './composites/record-of.ts'
import { builtInRanges } from './ranges/built-in-ranges.ts'
import { multirangeOf } from './ranges/multirange-of.ts'
import { rangeOf } from './ranges/range-of.ts'
import type { Range } from './ranges/range-value.ts'

export interface CodecTableOptions {
  /** What takes the place of a codec, under the same OID, before others are made of it. Default: nothing does. */
  readonly replacing?: (codec: Codec) => Codec
  /** Whether arrays keep their lower bounds. Default: 'dropped'. */
  readonly bounds?: 'dropped' | 'kept'
}

/** `scalars` and all types of `pg_catalog` that are made of them, by OID: ranges, multiranges, records, arrays of all. */
export function codecTable(
  scalars: readonly Codec[],
  { replacing = (codec) => codec, bounds = 'dropped' }: CodecTableOptions = {},
): ReadonlyMap<number, Codec> {
  const byOid = new Map<number, Codec>()
  const codecFor = (oid: number): Codec | undefined => byOid.get(oid)
  const add = (codec: Codec): void => {
    byOid.set(codec.oid, sharedCodec(replacing(codec)))
  }
  for (const scalar of scalars) add(scalar)
  for (const { subtypeOid, range, multirange } of builtInRanges) {
    const subtype = codecFor(subtypeOid)
    if (subtype === undefined) continue
    add(rangeOf(subtype, range))
    add(multirangeOf(codecFor(range.oid) as Codec<Range<unknown>>, multirange))
  }
  add(recordOf(codecFor))
  for (const element of Array.from(byOid.values())) if (element.arrayOid !== 0) add(arrayOf(element, { bounds }))
  return byOid
}

/** A codec that nobody can change. The built-in ones are that already; a user's own is copied. */
export function sharedCodec(codec: Codec): Codec {
  return Object.isFrozen(codec) ? codec : defineCodec(codec)
}
