/** However many different statements there are, and however long: what is kept of them has a bound. */
import { setImmediate as turn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

import { expect, test } from 'vitest'

import { dataRow, int32 } from '../../../../test/support/backend-messages.ts'
import { type KnownStatement, MemoryPostgres } from '../../../../test/support/memory-postgres.ts'
import { memorySession } from '../../../../test/support/memory-session.ts'
import { MAX_KEPT_SQL_LENGTH } from './statement.ts'

const INT4 = 23
const MEBIBYTE = 2 ** 20

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

function heapUsed(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed
}

/** A session with a server that knows every statement, and the names of what is prepared there. */
function openSession(known: (sql: string) => KnownStatement) {
  const memory = memorySession()
  const postgres = new MemoryPostgres(new Proxy({}, { get: (_, sql) => known(String(sql)) }))
  const names = new Set<string>()
  const parsed: string[] = []
  const answers = (): Buffer[] =>
    memory.written().flatMap((message) => {
      if (message.type === 'parse') parsed.push(message.statement)
      if (message.type === 'parse' && message.statement !== '') names.add(message.statement)
      if (message.type === 'close') names.delete(message.name)
      return postgres.answer(message)
    })
  const query = async (sql: string, parameters: readonly unknown[] = []) => {
    const asked = memory.ask(sql, parameters)
    while (asked.settlements.length === 0) {
      memory.feed(...answers())
      await turn()
    }
    return asked.result.rows
  }
  return { catalog: memory.server.catalog, names, parsed, query }
}

/** An insert of that many rows of one column. */
function insertOf(rows: number): string {
  const values = Array.from({ length: rows }, (_, index) => `($${index + 1})`)
  return `insert into t values ${values.join()}`
}

const inserting = (sql: string): KnownStatement => {
  const parameters = sql.split('$').length - 1
  return { parameterOids: Array.from({ length: parameters }, () => INT4), tag: `INSERT 0 ${parameters}` }
}

test('50,000 different aliases leave a bounded number of descriptions and prepared statements, and a flat heap', async () => {
  const selecting = (sql: string): KnownStatement => ({
    columns: [{ name: sql.slice('select 1 as '.length), typeOid: INT4, typeSize: 4 }],
    rows: [dataRow(int32(1))],
    tag: 'SELECT 1',
  })
  const { catalog, names, parsed, query } = openSession(selecting)
  const aliased = (number: number) => `select 1 as alias_${number}`
  let early = 0
  for (let number = 0; number < 50_000; number++) {
    expect(await query(aliased(number))).toEqual([{ [`alias_${number}`]: 1 }])
    if (number === 5_000) early = heapUsed()
    if (names.size > 257) expect.unreachable(`${names.size} statements are prepared`)
  }
  parsed.length = 0
  expect(heapUsed() - early).toBeLessThan(4 * MEBIBYTE)
  const described = Array.from({ length: 50_000 }, (_, number) => number).filter(
    (number) => catalog.statement(aliased(number)) !== undefined,
  )
  expect(described).toEqual(Array.from({ length: 2_048 }, (_, index) => 50_000 - 2_048 + index))
}, 60_000)

test('300 different statements that are too long to be kept leave nothing prepared, and a flat heap', async () => {
  const { catalog, names, query } = openSession(inserting)
  const rows = 5_000
  let early = 0
  for (let more = 0; more < 300; more++) {
    const parameters = Array.from({ length: rows + more }, (_, index) => index)
    expect(await query(insertOf(rows + more), parameters)).toEqual([])
    if (more === 30) early = heapUsed()
  }
  expect(heapUsed() - early).toBeLessThan(4 * MEBIBYTE)
  expect(names.size).toBe(0)
  expect(catalog.statement(insertOf(rows))).toBeUndefined()
}, 60_000)

test('a statement of the greatest length that is kept is prepared once, and one character more is parsed for each use', async () => {
  const { catalog, names, parsed, query } = openSession(() => ({ tag: 'SELECT 0' }))
  const longest = 'select'.padEnd(MAX_KEPT_SQL_LENGTH)
  for (let use = 0; use < 3; use++) await query(longest)
  expect(parsed).toHaveLength(1)
  expect(names.size).toBe(1)
  expect(catalog.statement(longest)).toBeDefined()
  parsed.length = 0
  for (let use = 0; use < 3; use++) await query(`${longest} `)
  // For its description, and with its Bind.
  expect(parsed).toEqual(['', '', '', '', '', ''])
  expect(names.size).toBe(1)
  expect(catalog.statement(`${longest} `)).toBeUndefined()
})

test('the descriptions that are kept are bounded in bytes, too: the oldest go', () => {
  const { catalog } = memorySession().server
  const long = (number: number) => `select ${number}`.padEnd(MAX_KEPT_SQL_LENGTH)
  let size = 0
  for (let number = 0; number < 2_048; number++) size = catalog.add(long(number), [], []).sizeBytes
  const kept = Math.floor(2 ** 24 / size)
  const described = Array.from({ length: 2_048 }, (_, number) => number).filter(
    (number) => catalog.statement(long(number)) !== undefined,
  )
  expect(described).toEqual(Array.from({ length: kept }, (_, index) => 2_048 - kept + index))
})

test('what was forgotten makes room for other descriptions', () => {
  const { catalog } = memorySession().server
  const long = (number: number) => `select ${number}`.padEnd(MAX_KEPT_SQL_LENGTH)
  const first = catalog.add('select first', [], [])
  for (let number = 0; number < 5_000; number++) {
    catalog.add(long(number), [], [])
    const statement = catalog.add(long(number), [], [])
    if (number % 3 === 0) catalog.forget(statement)
    else catalog.suspect(statement)
  }
  expect(catalog.statement('select first')).toBe(first)
  for (let number = 0; number < 900; number++) catalog.add(long(number), [], [])
  catalog.forgetTypes(catalog.generation)
  catalog.add('select again', [], [])
  for (let number = 0; number < 900; number++) catalog.add(long(number), [], [])
  expect(catalog.statement('select again')).toBeDefined()
})

test('a description that is not to be kept leaves no trace', () => {
  const { catalog } = memorySession().server
  const kept = catalog.add('select 1', [], [])
  const passing = catalog.add('select 1', [], [], false)
  expect(passing).not.toBe(kept)
  expect(passing.kept).toBe(false)
  expect(catalog.statement('select 1')).toBe(kept)
  catalog.forget(passing)
  catalog.suspect(passing)
  expect(catalog.statement('select 1')).toBe(kept)
  expect(catalog.add('select 2', [], [], false).kept).toBe(false)
  expect(catalog.statement('select 2')).toBeUndefined()
})
