import { expect, test, vi } from 'vitest'

import { asText } from '../types/text-fallback.ts'
import { PreparedStatements } from './prepared-statements.ts'
import { Statement } from './statement.ts'

const columns = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    name: `c${index}`,
    typeOid: 23,
    typeModifier: -1,
    tableOid: 0,
    columnNumber: 0,
  }))

const statement = (sql: string, { kept = true, columnCount = 0 } = {}) =>
  new Statement(
    sql,
    [],
    [],
    columns(columnCount),
    columns(columnCount).map(() => asText('int4', 23)),
    0,
    kept,
  )

/** Prepares it, if it is not: whether it had to be parsed. */
function use(prepared: PreparedStatements, used: Statement): boolean {
  if (prepared.nameOf(used) !== undefined) return false
  prepared.add(used, prepared.newName(used))
  return true
}

/** Of the same size each. */
const three = ['a', 'b', 'c'].map((name) => statement(`select ${name}`))
const [a, b, c] = three as [Statement, Statement, Statement]
const size = a.sizeBytes

test('the size of a statement is its text in UTF-8, and more for what is known of it', () => {
  const bytes = (sql: string) => statement(sql).sizeBytes - statement('').sizeBytes
  expect(bytes('select 1')).toBe(8)
  expect(bytes("select '€'")).toBe(12)
  expect(statement('', { columnCount: 10 }).sizeBytes).toBe(statement('').sizeBytes + 1_920)
  const taking = new Statement('', [23, 23], [], [], [], 0)
  expect(taking.sizeBytes).toBe(statement('').sizeBytes + 64)
})

test('with room for the bytes of two, the least recently used of three gives way', () => {
  const prepared = new PreparedStatements(256, 2 * size)
  expect([a, b].map((one) => use(prepared, one))).toEqual([true, true])
  expect(use(prepared, a)).toBe(false)
  expect(use(prepared, c)).toBe(true)
  expect([a, c].map((one) => prepared.nameOf(one) !== undefined)).toEqual([true, true])
  expect(prepared.nameOf(b)).toBeUndefined()
  expect(prepared.evicted).toHaveLength(1)
})

test('one byte less, and two do not fit', () => {
  const prepared = new PreparedStatements(256, 2 * size - 1)
  for (const one of three) use(prepared, one)
  expect(three.map((one) => prepared.nameOf(one) !== undefined)).toEqual([false, false, true])
})

test('a large one displaces as many as it takes, the oldest first', () => {
  const large = statement('x'.repeat(size), { columnCount: 0 })
  const prepared = new PreparedStatements(256, 3 * size)
  for (const one of three) use(prepared, one)
  use(prepared, a)
  use(prepared, large)
  expect(large.sizeBytes).toBeGreaterThan(size)
  expect(large.sizeBytes).toBeLessThanOrEqual(2 * size)
  expect(three.map((one) => prepared.nameOf(one) !== undefined)).toEqual([true, false, false])
  expect(prepared.nameOf(large)).toBeDefined()
  expect(prepared.evicted).toHaveLength(2)
})

test('one that is larger than everything is not named, and displaces nothing', () => {
  const huge = statement('x', { columnCount: 100 })
  const prepared = new PreparedStatements(256, 2 * size)
  use(prepared, a)
  expect(prepared.newName(huge)).toBe('')
  expect(use(prepared, huge)).toBe(true)
  expect(use(prepared, huge)).toBe(true)
  expect(prepared.nameOf(a)).toBeDefined()
  expect(prepared.evicted).toEqual([])
})

test('one that was named before its columns were known is freed again', () => {
  const huge = statement('x', { columnCount: 100 })
  const prepared = new PreparedStatements(256, 2 * size)
  const name = prepared.newName({ sql: 'x', named: true, sizeBytes: 1 })
  expect(name).not.toBe('')
  prepared.add(huge, name)
  expect(prepared.nameOf(huge)).toBeUndefined()
  expect(prepared.evicted).toEqual([name])
})

test('the bytes of what was forgotten or evicted are free again', () => {
  const prepared = new PreparedStatements(256, 2 * size)
  for (let round = 0; round < 100; round++) {
    use(prepared, a)
    use(prepared, b)
    prepared.forget(a)
    prepared.forget(a)
    prepared.evict(b)
    prepared.evict(b)
    use(prepared, a)
    use(prepared, c)
    expect([a, c].map((one) => prepared.nameOf(one) !== undefined)).toEqual([true, true])
    prepared.evict(a)
    prepared.forget(c)
  }
  for (const one of three) use(prepared, one)
  expect(three.map((one) => prepared.nameOf(one) !== undefined)).toEqual([false, true, true])
})

test('one that is described with more columns counts with them from then on', () => {
  const before = statement('select t', { columnCount: 1 })
  const after = statement('select t', { columnCount: 2 })
  const prepared = new PreparedStatements(256, size + after.sizeBytes - 1)
  use(prepared, before)
  use(prepared, a)
  const name = prepared.nameOf(before)
  use(prepared, a)
  prepared.replace(before, after)
  expect(prepared.nameOf(a)).toBeDefined()
  expect(prepared.nameOf(after)).toBeUndefined()
  expect(prepared.evicted).toEqual([name])
})

test('the same columns anew keep the name, and the bytes', () => {
  const again = statement(a.sql)
  const prepared = new PreparedStatements(256, 2 * size)
  use(prepared, a)
  const name = prepared.nameOf(a)
  prepared.replace(a, again)
  expect(prepared.nameOf(again)).toBe(name)
  use(prepared, b)
  expect(prepared.nameOf(again)).toBe(name)
})

test.each([
  ['statements', 0, 1_000_000],
  ['bytes', 256, 0],
])('with a capacity of 0 %s nothing has a name', (_unit, capacity, bytes) => {
  const prepared = new PreparedStatements(capacity, bytes)
  for (const one of three) expect(prepared.newName(one)).toBe('')
})

test('one that is not to be kept has no name', () => {
  const prepared = new PreparedStatements(256, 1_000_000)
  expect(prepared.newName(statement('select 1', { kept: false }))).toBe('')
})

test('10,000 statements of any size stay within both limits', () => {
  const prepared = new PreparedStatements(50, 20_000)
  const all: Statement[] = []
  let seed = 7
  for (let n = 0; n < 10_000; n++) {
    seed = (seed * 48_271) % 0x7fff_ffff
    const one = statement(`select ${n}`.padEnd(seed % 3_000))
    all.push(one)
    use(prepared, one)
    const kept = all.slice(-60).filter((recent) => prepared.nameOf(recent) !== undefined)
    // In the order in which they were used, so that the check itself changes nothing.
    if (kept.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) > 20_000 || kept.length > 50) expect.unreachable()
    if (!kept.includes(one)) expect.unreachable()
  }
})

test('two processes, or threads of one, never give the same name', async () => {
  vi.resetModules()
  const other = await import('./prepared-statements.ts')
  vi.resetModules()
  const another = await import('./prepared-statements.ts')
  const names = [other, another].map((process) => new process.PreparedStatements(8, size).newName(a))
  expect(names[0]).toMatch(/^_p[0-9a-f]{16}_1_1$/)
  expect(names[1]).toMatch(/^_p[0-9a-f]{16}_1_1$/)
  expect(names[0]).not.toBe(names[1])
})
