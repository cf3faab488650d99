/** `batch` and `executeMany` on a session in memory: what is written, and what a server must not answer. */
import { describe, expect, test } from 'vitest'

import {
  bindComplete,
  commandComplete,
  dataRow,
  errorResponse,
  int32,
  noData,
  parameterDescription,
  parseComplete,
  readyForQuery,
} from '../../../../test/support/backend-messages.ts'
import { type MemorySession, memorySession } from '../../../../test/support/memory-session.ts'
import type { BatchRequest } from './exchanges/batch.ts'
import type { QueryResult } from './exchanges/query.ts'
import { RowSource } from './row-source.ts'
import { sendBatch } from './send-batch.ts'
import { type ManyRequest, sendMany } from './send-execute-many.ts'

const SELECT = 'select $1::int4 as n'
const INSERT = 'insert into t values ($1)'

/** A session on which both statements are described, and prepared by nobody. */
function described(statementCacheSize = 256): MemorySession {
  const memory = memorySession({ statementCacheSize })
  const field = { name: 'n', typeOid: 23, typeModifier: -1, tableOid: 0, columnNumber: 0 }
  memory.server.catalog.add(SELECT, [23], [field])
  memory.server.catalog.add(INSERT, [23], [])
  return memory
}

interface Told<Result> {
  readonly results: Result[]
  readonly errors: (Error & { queryIndex?: number; rowIndex?: number })[]
}

function ask(memory: MemorySession, ...queries: readonly (readonly [string, unknown])[]): Told<QueryResult[]> {
  const told: Told<QueryResult[]> = { results: [], errors: [] }
  const request: BatchRequest = {
    server: memory.server,
    queries: queries.map(([sql, parameter]) => ({ sql, parameters: [parameter] })),
    mode: 'object',
    resolve: (results) => void told.results.push(results),
    reject: (error) => void told.errors.push(error),
    exchange: null,
    withdrawn: false,
  }
  sendBatch(request)
  return told
}

async function execute(memory: MemorySession, rows: readonly unknown[]): Promise<Told<QueryResult>> {
  const told: Told<QueryResult> = { results: [], errors: [] }
  const request: ManyRequest = {
    server: memory.server,
    sql: INSERT,
    rows: new RowSource(rows.map((value) => (Array.isArray(value) ? value : [value]))),
    chunkRows: 2,
    atomic: true,
    returning: false,
    mode: 'object',
    resolve: (result) => void told.results.push(result),
    reject: (error) => void told.errors.push(error),
    exchange: null,
    withdrawn: false,
  }
  sendMany(request)
  await turns()
  return told
}

const turns = async () => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}

const types = (memory: MemorySession) => memory.written().map(({ type }) => type)
const parsed = (memory: MemorySession) => memory.feed(parseComplete(), parameterDescription(23), noData())
const inserted = [bindComplete(), commandComplete('INSERT 0 1')]

describe('a batch', () => {
  test('parses each statement once, and has one Sync', () => {
    const memory = described()
    const told = ask(memory, [INSERT, 1], [INSERT, 2], [INSERT, 3])
    expect(types(memory)).toEqual([
      'parse',
      'describe',
      'bind',
      'execute',
      'bind',
      'execute',
      'bind',
      'execute',
      'sync',
    ])
    parsed(memory)
    memory.feed(...inserted, ...inserted, ...inserted)
    expect(told.results).toEqual([])
    memory.feed(readyForQuery())
    expect(told.results[0]?.map(({ rowCount }) => rowCount)).toEqual([1, 1, 1])
  })

  test('parses a statement once for those behind each other, even where none is kept', () => {
    const memory = described(0)
    ask(memory, [INSERT, 1], [INSERT, 2], [SELECT, 3], [INSERT, 4])
    expect(types(memory).filter((type) => type === 'parse').length).toBe(3)
  })

  test('that cannot be encoded leaves neither frames nor a statement that counts as prepared', () => {
    const memory = described()
    const told = ask(memory, [INSERT, 1], [SELECT, 1.5])
    expect(told.errors[0]).toMatchObject({ code: 'PGWIRE_ENCODE', queryIndex: 1, outcome: 'not-sent' })
    expect(types(memory)).toEqual([])
    ask(memory, [INSERT, 1])
    expect(types(memory)).toEqual(['parse', 'describe', 'bind', 'execute', 'sync'])
  })

  test('counts as prepared what was parsed in front of the failure, and not what stands behind it', () => {
    const memory = described()
    const told = ask(memory, [INSERT, 1], [SELECT, 2])
    memory.written()
    parsed(memory)
    memory.feed(bindComplete(), errorResponse({ C: '23505', M: 'no' }), readyForQuery())
    expect(told.errors[0]).toMatchObject({ code: '23505', queryIndex: 0 })
    ask(memory, [INSERT, 1], [SELECT, 2])
    expect(types(memory)).toEqual(['bind', 'execute', 'parse', 'describe', 'bind', 'execute', 'sync'])
  })

  test.each([
    ['ends in the middle', [...inserted, readyForQuery()]],
    ['answers more than was asked', [...inserted, ...inserted, bindComplete()]],
    ['sends a row between two statements', [...inserted, dataRow(int32(1))]],
    ['sends a row behind an error', [bindComplete(), errorResponse({ C: '23505' }), dataRow(int32(1))]],
  ])('ends the connection when the server %s', (_case, answers) => {
    const memory = described()
    const told = ask(memory, [INSERT, 1], [INSERT, 2])
    memory.written()
    parsed(memory)
    memory.feed(...answers)
    expect(memory.link.destroyed).toBe(true)
    expect(told.errors.length).toBe(1)
    expect(told.results).toEqual([])
  })
})

describe('executeMany', () => {
  test('has a Flush behind each chunk, and one Sync behind all', async () => {
    const memory = described()
    const told = await execute(memory, [1, 2, 3])
    await turns()
    const chunk = ['bind', 'execute', 'bind', 'execute', 'flush']
    expect(types(memory)).toEqual(['parse', 'describe', ...chunk, 'bind', 'execute', 'sync'])
    parsed(memory)
    memory.feed(...inserted, ...inserted, ...inserted, readyForQuery())
    await turns()
    expect(told.results[0]?.rowCount).toBe(3)
    expect(memory.session.idle).toBe(true)
  })

  test('provokes a failure where rows were sent that must not be applied, and tells the reason', async () => {
    const memory = described()
    const told = await execute(memory, [1, 2, 1.5])
    await turns()
    const written = memory.written()
    expect(written.map(({ type }) => type).slice(-3)).toEqual(['flush', 'parse', 'sync'])
    parsed(memory)
    memory.feed(...inserted, ...inserted, errorResponse({ C: '42601', M: 'syntax error' }), readyForQuery())
    await turns()
    expect(told.errors).toMatchObject([{ code: 'PGWIRE_ENCODE', rowIndex: 2, outcome: 'rolled-back' }])
    expect(memory.session.idle).toBe(true)
  })

  test('with a row that cannot be sent leaves neither frames nor a statement that counts as prepared', async () => {
    const memory = described()
    const told = await execute(memory, [1, [2, 3]])
    expect(told.errors).toMatchObject([{ code: 'PGWIRE_USAGE', rowIndex: 1, outcome: 'not-sent' }])
    expect(types(memory)).toEqual([])
    await execute(memory, [1])
    expect(types(memory)).toEqual(['parse', 'describe', 'bind', 'execute', 'sync'])
  })

  test('tells what the server has refused rather than what came later', async () => {
    const memory = described()
    const told = await execute(memory, [1, 2, 1.5])
    await turns()
    memory.written()
    parsed(memory)
    memory.feed(...inserted, bindComplete(), errorResponse({ C: '23505', M: 'no' }), readyForQuery())
    await turns()
    expect(told.errors).toMatchObject([{ code: '23505', rowIndex: 1 }])
  })

  test.each([
    ['is ready before it was asked to be', [...inserted, readyForQuery()], [1, 2, 3]],
    ['is ready before all rows are done', [...inserted, readyForQuery()], [1, 2]],
    ['answers more than was asked', [...inserted, ...inserted, ...inserted], [1, 2]],
    ['sends a row between two', [...inserted, dataRow(int32(1))], [1, 2]],
  ])('ends the connection when the server %s', async (_case, answers, rows) => {
    const memory = described()
    const told = await execute(memory, rows)
    memory.written()
    parsed(memory)
    memory.feed(...answers)
    await turns()
    expect(memory.link.destroyed).toBe(true)
    expect(told.errors.length).toBe(1)
    expect(told.results).toEqual([])
  })
})
