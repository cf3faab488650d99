import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { PostgresError } from '../errors/postgres-error.ts'
import { queryChannel } from './channels.ts'
import type { QueryLogEntry } from './query-log.ts'
import { queryLogger } from './query-logger.ts'
import { traceQuery } from './query-tracing.ts'

const connection = { processId: 1, host: 'localhost', port: 5432, database: 'shop', user: 'app' }
const failed = new PostgresError(
  new Map([
    ['V', 'ERROR'],
    ['C', '22P02'],
    ['M', 'invalid input: "secret"'],
  ]),
)

let now = 0
beforeEach(() => {
  now = 0
  vi.spyOn(performance, 'now').mockImplementation(() => now)
})
afterEach(() => void vi.restoreAllMocks())

/** A query that takes so long. */
async function run(tookMs: number, error?: Error): Promise<void> {
  const call = { verb: 'query', sql: 'select $1', connection, parameters: ['secret'], prepared: true } as const
  const work = async (): Promise<number> => {
    now += tookMs
    if (error !== undefined) throw error
    return 1
  }
  await traceQuery(call, work, (rowCount) => ({ command: 'SELECT', rowCount })).catch(() => {})
}

test('each query is written when it is over, without its values', async () => {
  const entries: QueryLogEntry[] = []
  const end = queryLogger({ write: (entry) => void entries.push(entry) })
  await run(3)
  await run(4, failed)
  end()
  await run(5)
  expect(entries).toMatchObject([
    { sql: 'select $1', durationMs: 3, rowCount: 1, slow: false, error: undefined, connection },
    { durationMs: 4, rowCount: undefined, error: { name: failed.name, code: '22P02', message: undefined } },
  ])
  expect(JSON.stringify(entries)).not.toContain('secret')
  expect(queryChannel.hasSubscribers).toBe(false)
})

test('values are written only if they are asked for', async () => {
  const entries: QueryLogEntry[] = []
  const end = queryLogger({ values: true, write: (entry) => void entries.push(entry) })
  await run(1)
  end()
  expect(entries).toMatchObject([{ parameters: ['secret'] }])
})

test('slow is what takes as long as was said, and only that is written if so wished, with what fails', async () => {
  const slow: [number, boolean][] = []
  const end = queryLogger({
    slowMs: 10,
    slowOnly: true,
    write: (entry) => void slow.push([entry.durationMs, entry.slow]),
  })
  await run(9.5)
  await run(10)
  await run(11)
  await run(1, failed)
  end()
  expect(slow).toEqual([
    [10, true],
    [11, true],
    [1, false],
  ])
})

test('pino gets entries as objects, each at its level', async () => {
  const told: [string, object, string][] = []
  const at = (level: string) => (entry: object, message: string) => void told.push([level, entry, message])
  const pino = { debug: at('debug'), warn: at('warn'), error: at('error') }
  const end = queryLogger({ slowMs: 10, pino })
  await run(1)
  await run(10)
  await run(20, failed)
  end()
  expect(told).toEqual([
    ['debug', expect.objectContaining({ durationMs: 1 }), 'query'],
    ['warn', expect.objectContaining({ slow: true }), 'query'],
    ['error', expect.objectContaining({ error: expect.objectContaining({ code: '22P02' }) }), 'query failed'],
  ])
})

test('without more it writes lines to standard error', async () => {
  const written: string[] = []
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0)
  const end = queryLogger({ colours: false })
  await run(1.5)
  end()
  expect(written).toEqual(['    1.50 ms  select $1  1 row\n'])
})

test('two loggers do not know of each other', async () => {
  const first: number[] = []
  const second: number[] = []
  const endFirst = queryLogger({ write: ({ durationMs }) => void first.push(durationMs) })
  const endSecond = queryLogger({ write: ({ durationMs }) => void second.push(durationMs) })
  await run(1)
  endFirst()
  await run(2)
  endSecond()
  expect([first, second]).toEqual([[1], [1, 2]])
})
