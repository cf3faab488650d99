/** One conversation with everything in it, delivered in every way in which a network can cut it up or cut it off. */
import { expect, test } from 'vitest'

import {
  commandComplete,
  copyData,
  copyDone,
  copyOutResponse,
  dataRow,
  emptyQueryResponse,
  int32,
  joined,
  noticeResponse,
  notificationResponse,
  parameterStatus,
  rowDescription,
} from '../../../../test/support/backend-messages.ts'
import { takeMessage, takeOpening } from '../../../../test/support/frontend-messages.ts'
import { type KnownStatements, MemoryPostgres } from '../../../../test/support/memory-postgres.ts'
import { type MemorySession, memorySession } from '../../../../test/support/memory-session.ts'
import { serverTypeRow, serverTypesColumns } from '../../../../test/support/server-type-rows.ts'
import type { ConnectionSettings } from '../config/connection-settings.ts'
import { createAuthenticator } from '../connection/authentication/authenticate.ts'
import type { QueryResult } from '../connection/exchanges/query.ts'
import { SimpleQueryExchange } from '../connection/exchanges/simple-query.ts'
import { StartupExchange } from '../connection/exchanges/startup.ts'
import { sendQuery } from '../connection/send-query.ts'
import { serverTypesQuery } from '../types/server-types/server-types.ts'
import { BatchStream } from './batch-stream.ts'

const MOOD = 16_400

const known: KnownStatements = {
  'select $1::int4 as n': {
    parameterOids: [23],
    columns: [{ name: 'n', typeOid: 23 }],
    rows: [dataRow(int32(41))],
    tag: 'SELECT 1',
  },
  // Strings of both decoding paths, NULL, and everything that may come between rows.
  'select many': {
    columns: [
      { name: 'short', typeOid: 25 },
      { name: 'long', typeOid: 25 },
    ],
    rows: [
      dataRow('a', 'ä'.repeat(30)),
      noticeResponse({ M: 'between two rows' }),
      dataRow(null, null),
      notificationResponse(99, 'channel', 'payload'),
      parameterStatus('TimeZone', 'UTC'),
      dataRow('', 'b'.repeat(100)),
    ],
    tag: 'SELECT 3',
  },
  'select 1/0': { columns: [{ name: '?column?', typeOid: 23 }], fails: { C: '22012', M: 'division by zero' } },
  // The third of five rows has no JSON in it.
  'select json': {
    columns: [{ name: 'j', typeOid: 114 }],
    rows: ['1', '{}', '{', '[]', '"x"'].map((text) => dataRow(text)),
    tag: 'SELECT 5',
  },
  'select mood': { columns: [{ name: 'mood', typeOid: MOOD }], rows: [dataRow('ok')], tag: 'SELECT 1' },
  [serverTypesQuery]: {
    parameterOids: [1028],
    columns: serverTypesColumns,
    rows: [serverTypeRow({ oid: MOOD, name: 'mood', kind: 'e' })],
    tag: 'SELECT 1',
  },
  'update t': { tag: 'UPDATE 12' },
  'copy t to stdout': { answers: [copyOutResponse(0, 0), copyData('1\n'), copyDone(), commandComplete('COPY 1')] },
  'select stream': {
    columns: [{ name: 'i', typeOid: 23 }],
    rows: [1, 2, 3, 4, 5].map((i) => dataRow(int32(i))),
    tag: 'SELECT 1',
  },
  'a script': {
    answers: [
      rowDescription({ name: 'x' }, { name: 'y' }),
      dataRow('1', null),
      commandComplete('SELECT 1'),
      emptyQueryResponse(),
      commandComplete('CREATE TABLE'),
    ],
  },
}

/** How the server's bytes arrive. */
interface Delivery {
  /** Bytes of one read that starts at `offset` of the whole stream, when `available` are there. */
  readonly readBytes: (offset: number, available: number) => number
  /** The connection is lost behind this many bytes. */
  readonly cutAfter?: number
}

interface Recording {
  /** What each call came to, by its name, and how often it was settled. */
  readonly settlements: Map<string, string[]>
  readonly bytes: number
  readonly memory: MemorySession
}

const whole: Delivery = { readBytes: (_offset, available) => available }

test('a conversation comes to the same in reads of one byte', async () => {
  const expected = await record(whole)
  expect(Object.fromEntries(expected.settlements)).toMatchInlineSnapshot(`
    {
      "cold COPY": [
        "UsageError PGWIRE_USAGE applied: COPY TO STDOUT cannot be run as a query",
      ],
      "cold error": [
        "DivisionByZeroError 22012 rolled-back: division by zero",
      ],
      "cold many": [
        "["SELECT",3,{"short":"a","long":"ääääääääääääääääääääääääääääää"},{"short":null,"long":null},{"short":"","long":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"}]",
      ],
      "cold mood": [
        "["SELECT",1,{"mood":"ok"}]",
      ],
      "cold not JSON": [
        "CodecError PGWIRE_DECODE applied: Cannot decode column "j" of type json: not JSON",
      ],
      "cold number": [
        "["SELECT",1,{"n":41}]",
      ],
      "cold update": [
        "["UPDATE",12]",
      ],
      "cold wrong parameter": [
        "CodecError PGWIRE_ENCODE not-sent: Cannot encode parameter $1 as int4: not an integer",
      ],
      "login": [
        "ready, 4711",
      ],
      "notices": [
        "between two rows,between two rows",
      ],
      "notifications": [
        "[{"processId":99,"channel":"channel","payload":"payload"},{"processId":99,"channel":"channel","payload":"payload"}]",
      ],
      "script": [
        "[{"command":"SELECT","rowCount":1,"columns":["x","y"],"rows":[["1",null]]},{"command":"CREATE TABLE","rowCount":null,"columns":[],"rows":[]}]",
      ],
      "stream": [
        "[{"i":1},{"i":2}]",
        "[{"i":3},{"i":4}]",
        "[{"i":5}]",
        "done",
      ],
      "warm COPY": [
        "UsageError PGWIRE_USAGE applied: COPY TO STDOUT cannot be run as a query",
      ],
      "warm error": [
        "DivisionByZeroError 22012 rolled-back: division by zero",
      ],
      "warm many": [
        "["SELECT",3,{"short":"a","long":"ääääääääääääääääääääääääääääää"},{"short":null,"long":null},{"short":"","long":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"}]",
      ],
      "warm mood": [
        "["SELECT",1,{"mood":"ok"}]",
      ],
      "warm not JSON": [
        "CodecError PGWIRE_DECODE applied: Cannot decode column "j" of type json: not JSON",
      ],
      "warm number": [
        "["SELECT",1,{"n":41}]",
      ],
      "warm update": [
        "["UPDATE",12]",
      ],
      "warm wrong parameter": [
        "CodecError PGWIRE_ENCODE not-sent: Cannot encode parameter $1 as int4: not an integer",
      ],
    }
  `)
  const actual = await record({ readBytes: () => 1 })
  expect(actual.settlements).toEqual(expected.settlements)
  expect(actual.bytes).toBe(expected.bytes)
})

test('a conversation comes to the same wherever one read ends', async () => {
  const expected = await record(whole)
  for (let split = 1; split < expected.bytes; split++) {
    const readBytes = (offset: number, available: number) =>
      offset < split ? Math.min(split - offset, available) : available
    const actual = await record({ readBytes })
    expect(actual.settlements, `split at ${split}`).toEqual(expected.settlements)
  }
})

test('wherever a conversation is cut off, every call is settled once, and none wrongly', async () => {
  const expected = await record(whole)
  for (let cutAfter = 0; cutAfter < expected.bytes; cutAfter++) {
    const { settlements, memory } = await record({ ...whole, cutAfter })
    expect(memory.session.idle, `cut at ${cutAfter}`).toBe(true)
    expect(memory.events.closings.length).toBe(1)
    for (const [call, outcomes] of settlements) {
      const [complete] = expected.settlements.get(call) ?? []
      // A stream gives what had come before; every other call gives all or nothing.
      const streamed = outcomes.slice(0, -1)
      const last = outcomes.at(-1)
      expect(expected.settlements.get(call)?.slice(0, streamed.length), `${call}, cut at ${cutAfter}`).toEqual(streamed)
      if (call === 'stream') continue
      expect(outcomes.length, `${call}, cut at ${cutAfter}`).toBe(1)
      if (last !== complete)
        expect(last, `${call}, cut at ${cutAfter}`).toMatch(/^ConnectionError|^DivisionByZeroError 22012/)
    }
  }
})

/** Plays the conversation to its end, and notes what everything came to. */
async function record({ readBytes, cutAfter = Number.POSITIVE_INFINITY }: Delivery): Promise<Recording> {
  const memory = memorySession()
  const { session, server, link } = memory
  const settlements = new Map<string, string[]>()
  const settle = (call: string, text: string) => settlements.set(call, [...(settlements.get(call) ?? []), text])
  const postgres = new MemoryPostgres(known)
  let unread: Buffer = Buffer.alloc(0)
  let pending: Buffer = Buffer.alloc(0)
  let delivered = 0
  let opened = false
  link.automatic = true
  link.onWrite = (bytes) => {
    unread = Buffer.concat([unread, bytes])
    const opening = opened ? undefined : takeOpening(unread)
    if (opening !== undefined) {
      opened = true
      unread = opening.rest
      pending = joined([pending, ...postgres.login()])
    }
    if (!opened) return
    for (let taken = takeMessage(unread); taken !== undefined; taken = takeMessage(unread)) {
      unread = taken.rest
      pending = joined([pending, ...postgres.answer(taken.message)])
    }
  }

  function deliver(): boolean {
    if (session.dead) return false
    if (delivered === cutAfter) {
      session.lost(new Error('read ECONNRESET'))
      return false
    }
    if (pending.length === 0) return false
    const count = Math.min(readBytes(delivered, pending.length), cutAfter - delivered)
    const chunk = pending.subarray(0, count)
    pending = pending.subarray(count)
    delivered += count
    memory.feed(chunk)
    return true
  }

  const query = (call: string, sql: string, parameters: readonly unknown[] = []) =>
    new Promise<void>((done) => {
      const settled = (text: string) => {
        settle(call, text)
        done()
      }
      const resolve = ({ rows, rowCount, command }: QueryResult) =>
        settled(JSON.stringify([command, rowCount, ...rows]))
      const reject = (error: Error) => settled(describeError(error))
      sendQuery({ server, sql, parameters, mode: 'object', resolve, reject, exchange: null, withdrawn: false })
    })

  async function converse(): Promise<void> {
    await new Promise<void>((done) => {
      const authenticator = createAuthenticator({ user: 'app', password: undefined })
      const settled = (text: string) => {
        settle('login', text)
        done()
      }
      const ready = () => settled(`ready, ${session.processId}`)
      const failed = (error: Error) => settled(describeError(error))
      session.send(new StartupExchange(session, { user: 'app' }, { min: 0, max: 0 }, authenticator, ready, failed))
    })
    // The first of each statement takes two round trips; in the second round all is one flight.
    for (const round of ['cold', 'warm']) {
      await Promise.all([
        query(`${round} number`, 'select $1::int4 as n', [41]),
        query(`${round} many`, 'select many'),
        query(`${round} error`, 'select 1/0'),
        query(`${round} not JSON`, 'select json'),
        query(`${round} wrong parameter`, 'select $1::int4 as n', [1.5]),
        query(`${round} mood`, 'select mood'),
        query(`${round} update`, 'update t'),
        query(`${round} COPY`, 'copy t to stdout'),
      ])
    }
    await stream()
    await new Promise<void>((done) => {
      const settled = (text: string) => {
        settle('script', text)
        done()
      }
      const resolve = (results: unknown) => settled(JSON.stringify(results))
      session.send(new SimpleQueryExchange(session, 'a script', resolve, (error) => settled(describeError(error))))
    })
  }

  async function stream(): Promise<void> {
    try {
      const batches = new BatchStream(server, {} as ConnectionSettings, 'select stream', [], { batchRows: 2 })
      for await (const batch of batches) settle('stream', JSON.stringify(batch))
      settle('stream', 'done')
    } catch (error) {
      settle('stream', describeError(error as Error))
    }
  }

  const conversation = { over: false }
  const ended = converse().finally(() => {
    conversation.over = true
  })
  // Promise jobs run between two reads, as they do between two reads of a socket.
  while (!conversation.over) {
    for (let job = 0; job < 8; job++) await Promise.resolve()
    if (!deliver()) await new Promise((resolve) => setImmediate(resolve))
  }
  await ended
  settle('notices', memory.events.notices.map((notice) => notice.message).join())
  settle('notifications', JSON.stringify(memory.events.notifications))
  if (cutAfter !== Number.POSITIVE_INFINITY) {
    for (const call of ['notices', 'notifications']) settlements.delete(call)
  }
  return { settlements, bytes: delivered, memory }
}

function describeError(error: Error): string {
  const { name, code, outcome } = error as Error & { code?: string; outcome?: string }
  return `${name} ${code} ${outcome}: ${error.message}`
}
