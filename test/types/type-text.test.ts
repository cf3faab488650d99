/**
 * The TypeScript types that codecs state as text: they compile, the values that are decoded and encoded have them, and other
 * values do not. A file of such values is written for each profile, and the compiler reads it.
 */
import { builtInCodecs, type Codec, extensionCodecs, type PgTypes } from 'kysely-pgwire/types'
import { expect, test } from 'vitest'

import { valueFromText } from '../../packages/dialect/src/types/text-form.ts'
import { EXPRESSION_IMPORTS, valueExpression } from '../support/value-expression.ts'
import { foreignDeclarations } from './foreign-values.ts'
import { profiles } from './profiles.ts'
import { openTypeChecker } from './type-checker.ts'

test('the values of every profile have the types that are stated, and other values do not', async () => {
  await using checker = await openTypeChecker()
  let foreign = 0
  for (const [name, types] of Object.entries(profiles)) {
    const codecs = [...codecsOf(types), ...extensionCodecs]
    const lines = codecs.flatMap((codec) => declarationsOf(codec))
    expect(lines.length).toBeGreaterThan(200)
    const refused = codecs.flatMap((codec) => refusedBy(codec))
    foreign += refused.length / 2
    await checker.write(`${name}.ts`, `${EXPRESSION_IMPORTS}\n${[...lines, ...refused].join('\n')}\n`)
  }
  expect(await checker.check()).toBe('')
  expect(foreign).toBeGreaterThan(10_000)
}, 120_000)

test('a value of another type is noticed', async () => {
  const int4 = builtInCodecs.find(({ name }) => name === 'int4')
  const lines = declarationsOf({ ...int4!, name: 'wrong', typescript: { select: 'string', insert: 'number' } })
  await using checker = await openTypeChecker()
  await checker.write('wrong.ts', `${EXPRESSION_IMPORTS}\n${lines.join('\n')}\n`)
  expect(await checker.check()).toMatch(/wrong\.ts.*Type 'number' is not assignable to type 'string'/)
}, 120_000)

test.each(['unknown', 'any', 'object', 'string | number'])(
  'that %s takes more than there is, is noticed',
  async (select) => {
    const int4 = builtInCodecs.find(({ name }) => name === 'int4')
    const lines = refusedBy({ ...int4!, name: 'loose', typescript: { select, insert: 'number' } })
    await using checker = await openTypeChecker()
    await checker.write(
      'loose.ts',
      `${EXPRESSION_IMPORTS}\nexport type Select_loose_23 = ${select}\n${lines.join('\n')}\n`,
    )
    expect(await checker.check()).toMatch(/loose\.ts.*Unused '@ts-expect-error' directive/)
  },
  120_000,
)

/** Values that no sample stands for, of the types that end so. */
const beyondSamples: ReadonlyMap<string, readonly unknown[]> = new Map([
  // Bits, a transaction's number: any text, as far as their type says.
  ['string', ['text']],
  ['Json', [null, 'text']],
  ['null', [null]],
  // Intervals are not infinite before PostgreSQL 17.
  ['Infinite', [Infinity]],
])

/** A selected value of each sample, and the same as what is inserted. */
function declarationsOf(codec: Codec): string[] {
  const { select, insert } = codec.typescript
  const id = idOf(codec)
  const lines = [`export type Select_${id} = ${select}`, `export type Insert_${id} = ${insert}`]
  for (const [index, value] of valuesOf(codec).entries()) {
    const native = !select.includes('temporal-polyfill')
    const expression = valueExpression(value, native ? 'Temporal' : 'Polyfill')
    lines.push(`export const selected_${id}_${index}: Select_${id} = ${expression}`)
    // Read and written again, a value is what it was. A null at the top is no JSON, but NULL.
    if (insert !== 'never' && value !== null) {
      lines.push(`export const inserted_${id}_${index}: Insert_${id} = ${expression}`)
      lines.push(`export const rewritten_${id}_${index}: Insert_${id} = selected_${id}_${index}`)
    }
  }
  return lines
}

function refusedBy(codec: Codec): string[] {
  // Nobody knows which types the fields of a record have, nor has it samples.
  if (codec.name.endsWith('record')) return []
  const id = idOf(codec)
  const { select } = codec.typescript
  const values = [...valuesOf(codec), ...(beyondSamples.get(select.split('.').at(-1) ?? select) ?? [])]
  return values.length === 0 ? [] : foreignDeclarations(`foreign_${id}`, `Select_${id}`, values)
}

function idOf({ name, oid }: Codec): string {
  return `${name.replaceAll(/\W/g, '_')}_${oid}`
}

/** What a representation refuses has no type either. */
function valuesOf(codec: Codec): unknown[] {
  return codec.samples.flatMap((sample) => {
    try {
      return [valueFromText(codec, sample)]
    } catch {
      return []
    }
  })
}

function codecsOf(types: PgTypes): Codec[] {
  return builtInCodecs.map(({ oid }) => types.codecFor(oid)!)
}
