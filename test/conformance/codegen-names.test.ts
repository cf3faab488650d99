/** Whatever things of the database are called, the file says what it should, where it should, and nothing else. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { connect } from 'kysely-pgwire'
import { defaultTypes } from 'kysely-pgwire/types'
import { expect, test } from 'vitest'

import { seededRandom } from '../support/random.ts'
import { sharedServer } from '../support/shared-server.ts'
import { compiledFolder } from './codegen/compiler.ts'
import { catalogOf, generated } from './codegen/generated-types.ts'
import { hostileSchema, type HostileTable } from './codegen/hostile-schema.ts'

const SEEDS =
  process.env['PGWIRE_FULL'] === '1'
    ? Array.from({ length: 20 }, (_, index) => index + 1)
    : [Number(process.env['TEST_SEED'] ?? 1), 2]

test.each(SEEDS)(
  'seed %i: hostile names, labels and comments stay in their place',
  async (seed) => {
    await using database = await sharedServer().createDatabase()
    await using folder = await compiledFolder()
    const { statements, tables, enums } = hostileSchema(seededRandom(seed), 60)
    await using connection = await connect(database.url)
    for (const statement of statements) await connection.execute(statement)
    const { model, text } = generated(await catalogOf(database.url), defaultTypes, {
      enumValues: true,
      keys: true,
      routines: true,
    })
    await folder.write('db.ts', text)

    // No character that reorders, hides or breaks lines is in the file.
    expect(text).not.toMatch(/[\p{Cf}\u2028\u2029]|[^\P{Cc}\n\t]/u)

    // What is declared is what the model has, and the values are the labels, in the database's order.
    const declared = [
      ...text.matchAll(
        /^(?:export )?(?:declare )?(?:type|interface|const|let|var|function|class) (?<name>[^\s=<]+)/gmu,
      ),
    ]
    const names = declared.map(({ groups }) => groups!['name']!)
    expect(new Set(names).size).toBe(names.length)
    const named = [...model.types, ...model.tables].map(({ name }) => name)
    const inputs = model.types.filter(({ name, inputName }) => inputName !== name).map(({ inputName }) => inputName)
    const values = model.types.filter(({ type }) => type.kind === 'enum').map(({ name }) => `${name}Values`)
    expect(new Set(names)).toEqual(
      new Set([...named, ...inputs, ...values, 'profile', 'DB', 'Functions', 'keys', ...helpersOf(text)]),
    )
    const module = (await import(pathToFileURL(join(folder.path, 'db.ts')).href)) as Record<string, unknown>
    expect(new Set(Object.keys(module))).toEqual(new Set([...values, 'profile', 'keys']))
    const lists = values.map((name) => module[name])
    for (const labels of enums) expect(lists).toContainEqual(labels)

    // Every table is in DB under its name, with all its columns.
    const isThere = ({ schema, name }: HostileTable): boolean =>
      model.tables.some(({ relation }) => relation.schema === schema && relation.name === name)
    await folder.write('uses.ts', usesOf(tables.filter(isThere)))
    // Kysely itself takes these names apart.
    const left = tables.filter((table) => !isThere(table))
    expect(left.map(({ name }) => name).filter((name) => !/\.|\sas\s/i.test(name))).toEqual([])
    expect(model.warnings.length).toBeGreaterThanOrEqual(left.length)
    const found = await folder.diagnostics()
    expect(found.map(({ file, line, message }) => `${file}(${line}) ${message} ${text.split('\n')[line - 1]}`)).toEqual(
      [],
    )
  },
  120_000,
)

function helpersOf(text: string): string[] {
  return ['Generated', 'GeneratedAlways', 'ReadOnly'].filter((name) => text.includes(`export type ${name}<T>`))
}

function keyOf({ schema, name }: HostileTable): string {
  return schema === 'public' ? name : `${schema}.${name}`
}

function usesOf(tables: readonly HostileTable[]): string {
  const lines = tables.flatMap((table, index) => {
    const row = `Selectable<DB[${JSON.stringify(keyOf(table))}]>`
    const columns = table.columns.map((column) => JSON.stringify(column)).join(' | ')
    return [
      `export const keys${index}: Equal<keyof ${row}, ${columns}> = true`,
      `export const types${index}: Equal<${row}[keyof ${row}], number> = true`,
    ]
  })
  return [
    `import type { Selectable } from 'kysely'`,
    `import type { DB } from './db.ts'`,
    `type Equal<One, Other> = (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false`,
    ...lines,
  ].join('\n')
}
