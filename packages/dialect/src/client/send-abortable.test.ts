/** What a call that takes too long is told, by how far it has come. */
import { setImmediate as turn } from 'node:timers/promises'

import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { dataRow, errorResponse, int32, readyForQuery } from '../../../../test/support/backend-messages.ts'
import { type KnownStatements, MemoryPostgres } from '../../../../test/support/memory-postgres.ts'
import { memorySession, type MemorySessionOptions } from '../../../../test/support/memory-session.ts'
import { serverTypeRow, serverTypesColumns } from '../../../../test/support/server-type-rows.ts'
import { resolveConnectionSettings } from '../config/resolve-connection-settings.ts'
import type { QueryResult } from '../connection/exchanges/query.ts'
import { QueryTimeoutError } from '../errors/query-timeout-error.ts'
import { serverTypesQuery } from '../types/server-types/server-types.ts'
import { type QueryOptions, runQuery } from './query.ts'

const settings = resolveConnectionSettings({ host: 'memory' }, {})
const MOOD = 16_400
const RECORD = 2249

const known: KnownStatements = {
  'select n': { columns: [{ name: 'n', typeOid: 23, typeSize: 4 }], rows: [dataRow(int32(7))], tag: 'SELECT 1' },
  'select r': {
    columns: [{ name: 'r', typeOid: RECORD }],
    rows: [dataRow(Buffer.concat([int32(1), int32(MOOD), int32(2), Buffer.from('ok')]))],
    tag: 'SELECT 1',
  },
  [serverTypesQuery]: {
    parameterOids: [1028],
    columns: serverTypesColumns,
    rows: [serverTypeRow({ oid: MOOD, name: 'mood', kind: 'e' })],
    tag: 'SELECT 1',
  },
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

function open(options?: MemorySessionOptions) {
  const memory = memorySession(options)
  const postgres = new MemoryPostgres(known)
  const written: string[] = []
  /** Lets everything be written, and gives the types of the messages. */
  const take = () => {
    const messages = memory.written()
    written.push(...messages.map(({ type }) => type))
    return messages
  }
  /** Answers what was written, `count` messages at most. */
  const answer = (count = Number.POSITIVE_INFINITY) => {
    for (const message of take().slice(0, count)) memory.feed(...postgres.answer(message))
  }
  const query = (sql: string, queryOptions?: QueryOptions) => {
    const settled: (QueryResult | Error)[] = []
    runQuery(memory.server, settings, sql, [], queryOptions).then(
      (result) => settled.push(result),
      (error: Error) => settled.push(error),
    )
    return settled
  }
  const answerAll = async () => {
    for (let rounds = 0; rounds < 6; rounds++) {
      answer()
      await turn()
    }
    written.length = 0
  }
  return { memory, written, take, answer, answerAll, query }
}

/** Lets 100 ms pass, and what follows from it happen. */
async function pass(): Promise<void> {
  vi.advanceTimersByTime(100)
  await turn()
}

function expectTimeout(settled: readonly unknown[], outcome: string): void {
  expect(settled).toHaveLength(1)
  expect(settled[0]).toBeInstanceOf(QueryTimeoutError)
  expect(settled[0]).toMatchObject({ outcome, timeoutMs: 100 })
}

const limited = { timeoutMs: 100 }

test('a call that waits for others to write is not sent, and never will be', async () => {
  const { memory, take, answerAll, query } = open()
  query('select n')
  await answerAll()
  const release = memory.session.hold()
  const settled = query('select n', limited)
  await pass()
  expectTimeout(settled, 'not-sent')
  release()
  expect(take()).toEqual([])
  expect(memory.session.idle).toBe(true)
})

test('a call whose frames have not left is not sent: they are taken back', async () => {
  const { memory, take, answerAll, query } = open()
  query('select n')
  await answerAll()
  const settled = query('select n', limited)
  expect(memory.session.out.length).toBeGreaterThan(0)
  await pass()
  expectTimeout(settled, 'not-sent')
  expect(take()).toEqual([])
  expect(memory.session.idle).toBe(true)
})

test('of a call that was sent nobody knows', async () => {
  const { memory, take, answerAll, query } = open()
  query('select n')
  await answerAll()
  const settled = query('select n', limited)
  expect(take().map(({ type }) => type)).toEqual(['bind', 'execute', 'sync'])
  const behind = query('select n')
  await pass()
  expectTimeout(settled, 'unknown')
  // With another behind it, it is not cancelled.
  expect(memory.link.destroyed).toBe(false)
  expect(behind).toEqual([])
})

test('a call whose statement is being described is not sent: what comes back goes nowhere', async () => {
  const { memory, take, answer, query, written } = open()
  const settled = query('select n', limited)
  await turn()
  memory.link.flush()
  query('select n')
  await pass()
  // Alone in its turn, the description is cancelled; without a key for that the session is given up.
  expectTimeout(settled, 'not-sent')
  expect(memory.link.destroyed).toBe(true)
  answer()
  take()
  expect(written).not.toContain('execute')
})

test('a call that was executed, and whose types are looked up, is applied', async () => {
  const { memory, answer, query } = open()
  const first = query('select r', limited)
  // Parse, Describe and Sync; then Parse, Describe, Bind, Execute and Sync.
  for (let flight = 0; flight < 2; flight++) {
    await turn()
    answer()
  }
  await turn()
  expect(first).toEqual([])
  expect(memory.session.idle).toBe(false)
  await pass()
  expectTimeout(first, 'applied')
})

test('a call that was refused, and is described anew, is not sent', async () => {
  const { memory, answerAll, take, query } = open()
  query('select n')
  await answerAll()
  const settled = query('select n', limited)
  take()
  memory.feed(errorResponse({ S: 'ERROR', V: 'ERROR', C: '26000', M: 'gone' }), readyForQuery())
  await turn()
  expect(settled).toEqual([])
  await pass()
  expectTimeout(settled, 'not-sent')
})

test('a result in time is a result, and its timer is gone', async () => {
  const { answerAll, query } = open()
  const settled = query('select n', limited)
  expect(vi.getTimerCount()).toBe(1)
  await answerAll()
  expect(vi.getTimerCount()).toBe(0)
  await pass()
  expect(settled).toMatchObject([{ rows: [{ n: 7 }] }])
})

test('an error in time is that error, and its timer is gone', async () => {
  const { memory, query } = open()
  const settled = query('select n', limited)
  memory.session.lost(new Error('gone'))
  await turn()
  expect(vi.getTimerCount()).toBe(0)
  expect(settled).toMatchObject([{ name: 'ConnectionError' }])
})

test.each([undefined, {}, { timeoutMs: 0 }, { rowMode: 'object' as const }])('with %o there is no timer', (options) => {
  const { query } = open()
  query('select n', options)
  expect(vi.getTimerCount()).toBe(0)
})
