/**
 * The TypeScript types that codecs state as text: they compile, and the values that are decoded and encoded have them.
 * A file of such values is written for each profile, and the compiler reads it.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

import {
  BoundedArray,
  builtInCodecs,
  type Codec,
  definePgTypes,
  extensionCodecs,
  Interval,
  nodePostgresTypes,
  PgInterval,
  type PgTypes,
  Range,
} from 'kysely-pgwire/types'
import { Temporal } from 'temporal-polyfill'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { valueFromText } from '../../packages/dialect/src/types/text-form.ts'

const run = promisify(execFile)

const temporal = {
  timestamptz: 'temporal',
  timestamp: 'temporal',
  date: 'temporal',
  time: 'temporal',
  interval: 'temporal',
} as const

const profiles: Readonly<Record<string, PgTypes>> = {
  defaults: definePgTypes(),
  numbers: definePgTypes({ int8: 'bigint', numeric: 'number', arrays: 'bounded' }),
  strings: definePgTypes({
    timestamptz: 'string',
    timestamp: 'string',
    interval: 'string',
    json: 'string',
    int8: 'number',
  }),
  asPg: definePgTypes({ timestamp: 'pg', date: 'pg', interval: 'pg' }),
  polyfill: definePgTypes({ ...temporal, temporal: Temporal }),
  native: withNativeTemporal(() => definePgTypes(temporal)),
  nodePostgres: nodePostgresTypes,
}

// Where the packages are found that the types name.
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(import.meta.dirname, '../node_modules/type-text-'))
})

afterAll(() => rm(folder, { recursive: true }))

test('the values of every profile have the types that are stated', async () => {
  for (const [name, types] of Object.entries(profiles)) {
    const lines = [...codecsOf(types), ...extensionCodecs].flatMap((codec) => declarationsOf(codec))
    await writeFile(join(folder, `${name}.ts`), `${header}\n${lines.join('\n')}\n`)
    expect(lines.length).toBeGreaterThan(200)
  }
  expect(await compiled()).toBe('')
}, 120_000)

test('a value of another type is noticed', async () => {
  const int4 = builtInCodecs.find(({ name }) => name === 'int4')
  const lines = declarationsOf({ ...int4!, name: 'wrong', typescript: { select: 'string', insert: 'number' } })
  await writeFile(join(folder, 'wrong.ts'), `${header}\n${lines.join('\n')}\n`)
  expect(await compiled()).toMatch(/wrong\.ts.*Type 'number' is not assignable to type 'string'/)
}, 120_000)

const header = `import { BoundedArray, Interval, PgInterval, Range } from 'kysely-pgwire/types'
import { Temporal as Polyfill } from 'temporal-polyfill'
export const used = [BoundedArray, Interval, PgInterval, Range, Polyfill]`

/** A selected value of each sample, and the same as what is inserted. */
function declarationsOf(codec: Codec): string[] {
  const { select, insert } = codec.typescript
  const id = `${codec.name.replaceAll(/\W/g, '_')}_${codec.oid}`
  const lines = [`export type Select_${id} = ${select}`, `export type Insert_${id} = ${insert}`]
  const values = codec.samples.flatMap((sample) => readable(codec, sample))
  for (const [index, value] of values.entries()) {
    const native = !select.includes('temporal-polyfill')
    const expression = expressionOf(value, native ? 'Temporal' : 'Polyfill')
    lines.push(`export const selected_${id}_${index}: Select_${id} = ${expression}`)
    if (insert !== 'never') lines.push(`export const inserted_${id}_${index}: Insert_${id} = ${expression}`)
  }
  return lines
}

/** What a representation refuses has no type either. */
function readable(codec: Codec, sample: string): unknown[] {
  try {
    return [valueFromText(codec, sample)]
  } catch {
    return []
  }
}

function expressionOf(value: unknown, temporalName: string): string {
  const inner = (part: unknown): string => expressionOf(part, temporalName)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'number' && !Number.isFinite(value)) return `Number('${value}')`
  if (value instanceof Date) return `new Date(${value.getTime()})`
  if (value instanceof Uint8Array) return `Uint8Array.of(${[...value].join()})`
  if (Array.isArray(value)) return `[${value.map(inner).join()}]`
  if (value instanceof Interval)
    return `new Interval({ months: ${value.months}, microseconds: ${value.microseconds}n })`
  if (value instanceof PgInterval) return `new PgInterval(${JSON.stringify(value)})`
  if (value instanceof Range) {
    const { lower, upper, bounds } = value
    if (value.empty) return 'Range.empty'
    if (lower === null && upper === null) return 'new Range<never>({ lower: null })'
    return `new Range({ lower: ${inner(lower)}, upper: ${inner(upper)}, bounds: '${bounds}' })`
  }
  if (value instanceof BoundedArray) return `new BoundedArray(${inner(value.values)}, [${value.lowerBounds.join()}])`
  const tag = Object.prototype.toString.call(value)
  const temporalClass = /^\[object Temporal\.(\w+)\]$/.exec(tag)?.[1]
  if (temporalClass !== undefined) return `${temporalName}.${temporalClass}.from('${String(value)}')`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  expect(tag).toBe('[object Object]')
  return `{ ${Object.entries(value)
    .map(([key, part]) => `[${JSON.stringify(key)}]: ${inner(part)}`)
    .join(', ')} }`
}

function codecsOf(types: PgTypes): Codec[] {
  return builtInCodecs.map(({ oid }) => types.codecFor(oid)!)
}

/** Gives what the compiler has to say. */
async function compiled(): Promise<string> {
  const compilerOptions = {
    target: 'es2024',
    lib: ['es2024', 'esnext.disposable', 'esnext.temporal'],
    module: 'nodenext',
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    types: ['node'],
    typeRoots: [join(import.meta.dirname, '../../node_modules/@types')],
  }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
  const compiler = join(import.meta.dirname, '../../node_modules/.bin/tsc')
  return run(compiler, ['-p', folder]).then(
    ({ stdout }) => stdout,
    (error: unknown) => (error as { readonly stdout: string }).stdout,
  )
}

function withNativeTemporal<Result>(make: () => Result): Result {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'Temporal')
  Object.defineProperty(globalThis, 'Temporal', { value: Temporal, configurable: true })
  try {
    return make()
  } finally {
    Reflect.deleteProperty(globalThis, 'Temporal')
    if (before !== undefined) Object.defineProperty(globalThis, 'Temporal', before)
  }
}
