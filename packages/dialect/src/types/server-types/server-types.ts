import { arrayOf } from '../arrays/array-of.ts'
import { changedCodec } from '../changed-codec.ts'
import { BINARY, type Codec } from '../codec.ts'
import { compositeOf } from '../composites/composite-of.ts'
import { MAX_NESTING } from '../parts/nesting.ts'
import type { PgTypes } from '../profile/profile.ts'
import { multirangeOf } from '../ranges/multirange-of.ts'
import { rangeOf } from '../ranges/range-of.ts'
import type { Range } from '../ranges/range-value.ts'
import { asServerText, asText, overText } from '../text-fallback.ts'
import { domainOf } from './domain-of.ts'
import { enumOf } from './enum-of.ts'
import type { ServerTypeRow } from './server-types-query.ts'

export { serverTypesQuery, type ServerTypeRow } from './server-types-query.ts'

/**
 * Samples that are longer are left out, and TypeScript that is longer is `unknown`: what stands in quotes doubles with
 * every level of nesting, and a type with two fields of another is twice as long.
 */
const MAX_SAMPLE_LENGTH = 10_000
const MAX_TYPESCRIPT_LENGTH = 100_000

/**
 * The codecs of the types in `rows`, by OID: the user's own and those of known extensions by name; enums, domains as
 * their base types, arrays, composites, ranges and multiranges from their parts; text for the rest. What `known` has a
 * codec for keeps it. A type that was dropped meanwhile has no row and gets no codec.
 */
export function codecsFromRows(rows: readonly ServerTypeRow[], known: PgTypes): Map<number, Codec> {
  const codecs = new Map<number, Codec>()
  const resolve = (oid: number): Codec => known.codecFor(oid) ?? codecs.get(oid) ?? asText(String(oid), oid)

  const build = (row: ServerTypeRow, derived: () => Codec): void => {
    if (known.codecFor(row.oid) !== undefined) return
    const named = known.codecNamed(row, derived)
    codecs.set(row.oid, withinLimits((named && adopted(named, row)) ?? derived()))
  }

  const { levels, rest } = levelsOf(rows)
  for (const row of levels.flat()) build(row, () => derivedCodec(row, known, resolve))
  for (const row of rest) build(row, () => textCodec(row))
  return codecs
}

/**
 * Sorts types by what they are made of, each level from those before it. The rest are types that lead back to themselves,
 * or are nested deeper than anything should be.
 */
function levelsOf(rows: readonly ServerTypeRow[]): { levels: ServerTypeRow[][]; rest: ServerTypeRow[] } {
  const waiting = new Map(rows.map((row) => [row.oid, row]))
  const levels: ServerTypeRow[][] = []
  while (waiting.size > 0 && levels.length < MAX_NESTING) {
    const level: ServerTypeRow[] = []
    for (const row of waiting.values()) if (!partsOf(row).some((oid) => waiting.has(oid))) level.push(row)
    if (level.length === 0) break
    for (const { oid } of level) waiting.delete(oid)
    levels.push(level)
  }
  return { levels, rest: [...waiting.values()] }
}

function partsOf(row: ServerTypeRow): number[] {
  return [row.element_oid, row.base_oid, row.subtype_oid, row.range_oid, ...row.field_oids]
}

function derivedCodec(row: ServerTypeRow, known: PgTypes, resolve: (oid: number) => Codec): Codec {
  const { oid, name, array_oid: arrayOid, delimiter } = row
  const identity = { name, oid, arrayOid, delimiter }
  if (row.kind === 'd') return domainOf(name, oid, arrayOid, resolve(row.base_oid))
  if (row.kind === 'e') return enumOf(name, oid, arrayOid, row.labels)
  if (known.serverTypes === 'text') return printedCodec(row)
  if (row.element_oid !== 0) {
    const bounds = known.arrays === 'bounded' ? 'kept' : 'dropped'
    return changedCodec<unknown>(arrayOf(resolve(row.element_oid), { name, bounds }), { oid })
  }
  if (row.kind === 'c') {
    const fields = row.field_names.map((field, index) => ({ name: field, codec: resolve(row.field_oids[index]!) }))
    return compositeOf(identity, fields)
  }
  if (row.subtype_oid !== 0) return rangeOf(resolve(row.subtype_oid), identity)
  if (row.range_oid !== 0) return multirangeOf(resolve(row.range_oid) as Codec<Range<unknown>>, identity)
  return textCodec(row)
}

/** A codec for the type of its name, under the OIDs that it has here; undefined when it wants a binary form that there is not. */
function adopted(codec: Codec, row: ServerTypeRow): Codec | undefined {
  const usable = codec.format === BINARY && !row.sendable ? overText(codec) : codec
  return usable && changedCodec(usable, { oid: row.oid, arrayOid: row.array_oid, delimiter: row.delimiter })
}

function textCodec(row: ServerTypeRow): Codec {
  return asText(row.name, row.oid, { arrayOid: row.array_oid, delimiter: row.delimiter })
}

/** The text of a range is a text in JSON, too. */
function printedCodec(row: ServerTypeRow): Codec {
  return row.element_oid !== 0 || row.kind === 'c' ? asServerText(textCodec(row)) : textCodec(row)
}

function withinLimits(codec: Codec): Codec {
  const { select, insert } = codec.typescript
  const brief = (source: string): string => (source.length > MAX_TYPESCRIPT_LENGTH ? 'unknown' : source)
  return changedCodec(codec, {
    samples: () => codec.samples.filter((sample) => sample.length <= MAX_SAMPLE_LENGTH),
    typescript: { select: brief(select), insert: brief(insert) },
  })
}
