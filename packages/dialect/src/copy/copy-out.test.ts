/** COPY TO as its consumer sees it, against a server whose every message is chosen. */
import { describe, expect, test } from 'vitest'

import {
  bindComplete,
  type Bytes,
  commandComplete,
  copyData,
  copyDone,
  copyOutResponse,
  errorResponse,
  int16,
  int32,
  joined,
  parameterDescription,
  parseComplete,
  readyForQuery,
  rowDescription,
} from '../../../../test/support/backend-messages.ts'
import { type MemorySession, memorySession } from '../../../../test/support/memory-session.ts'
import { resolveConnectionSettings } from '../config/resolve-connection-settings.ts'
import { CodecError } from '../errors/codec-error.ts'
import { ProtocolError } from '../errors/protocol-error.ts'
import { RowDecoder } from '../types/rows/row-decoder.ts'
import { int4 } from '../types/scalars/integers.ts'
import { ByteCollector, type Collector } from './collectors.ts'
import { CopyOut } from './copy-out.ts'
import { RowCollector } from './row-collector.ts'

const HEADER = joined([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), int32(0), int32(0)])
const TRAILER = int16(-1)
const done = { done: true, value: undefined }

const accepted = [parseComplete(), bindComplete(), copyOutResponse(1, 1)]
const finished = (rows: number) => [copyDone(), commandComplete(`COPY ${rows}`), readyForQuery()]

function number(value: number): Buffer {
  return joined([int16(1), int32(4), int32(value)])
}

/** The plan is there, and what was to be written is. */
function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

interface Opened<Item> {
  readonly memory: MemorySession
  readonly copy: CopyOut<Item>
  readonly abort: AbortController
  /** Asks for an item, and waits until the statement has left. */
  readonly begin: () => Promise<Promise<IteratorResult<Item, undefined>>[]>
}

function opened<Item>(collector: Collector<Item>): Opened<Item> {
  const memory = memorySession()
  const abort = new AbortController()
  const copy = new CopyOut<Item>({
    server: memory.server,
    settings: resolveConnectionSettings('postgres://app@localhost/app', {}),
    signal: abort.signal,
    plan: async () => ({ sql: 'copy t to stdout', collector }),
  })
  const begin = async (): Promise<Promise<IteratorResult<Item, undefined>>[]> => {
    const first = copy.next()
    // Whoever looks at it later must not make it unhandled meanwhile.
    first.catch(() => {})
    await eventLoopTurn()
    memory.written()
    return [first]
  }
  return { memory, copy, abort, begin }
}

const numbers = () => opened(new RowCollector<{ n: number }>(new RowDecoder([{ name: 'n', codec: int4 }], 'object')))
const bytes = () => opened(new ByteCollector())

describe('rows', () => {
  test('that have come together are handed over together', async () => {
    const { memory, copy, begin } = numbers()
    const [first] = await begin()
    memory.feed(...accepted, copyData(joined([HEADER, number(1)])), copyData(number(2)))
    await expect(first).resolves.toEqual({ done: false, value: [{ n: 1 }, { n: 2 }] })
    const second = copy.next()
    memory.feed(copyData(number(3)), copyData(TRAILER), ...finished(3))
    await expect(second).resolves.toEqual({ done: false, value: [{ n: 3 }] })
    expect(copy.rowCount).toBe(3)
    await expect(copy.next()).resolves.toEqual(done)
    await expect(copy.next()).resolves.toEqual(done)
    expect(memory.session.idle).toBe(true)
  })

  test('may come from the socket byte by byte', async () => {
    const { memory, copy, begin } = numbers()
    const [first] = await begin()
    const messages = [
      ...accepted,
      copyData(HEADER),
      copyData(number(1)),
      copyData(joined([number(2), TRAILER])),
      ...finished(2),
    ]
    for (const byte of joined(messages)) memory.feed(Buffer.of(byte))
    await expect(first).resolves.toEqual({ done: false, value: [{ n: 1 }, { n: 2 }] })
    await expect(copy.next()).resolves.toEqual(done)
  })

  test.each<[string, Bytes]>([
    ['no signature', 'not a header, but long enough for one'],
    ['a field too many', joined([HEADER, int16(2), int32(-1), int32(-1)])],
    ['a field too few', joined([HEADER, int16(0)])],
    ['no trailer', joined([HEADER, number(1)])],
    ['something behind the trailer', joined([HEADER, TRAILER, number(1)])],
  ])('with %s end the connection, and reject once', async (_, data) => {
    const { memory, copy, begin } = numbers()
    const [first] = await begin()
    memory.feed(...accepted, copyData(data), ...finished(1))
    expect(memory.session.dead).toBe(true)
    const results = await Promise.allSettled([first, copy.next(), copy.next()])
    const rejected = results.filter(({ status }) => status === 'rejected')
    expect(rejected).toEqual([{ status: 'rejected', reason: expect.any(ProtocolError) }])
  })

  test('that cannot be decoded reject behind those that can, when the server is ready again', async () => {
    const { memory, copy, begin } = numbers()
    const [first] = await begin()
    memory.session.status = 'T'
    const wrong = joined([int16(1), int32(2), int16(7)])
    memory.feed(...accepted, copyData(joined([HEADER, number(1)])), copyData(wrong), copyData(number(3)))
    await expect(first).resolves.toEqual({ done: false, value: [{ n: 1 }] })
    const second = copy.next()
    let settled = false
    second.catch(() => (settled = true))
    await eventLoopTurn()
    expect(settled).toBe(false)
    memory.feed(copyData(TRAILER), copyDone(), commandComplete('COPY 3'), readyForQuery('T'))
    await expect(second).rejects.toBeInstanceOf(CodecError)
    await expect(second).rejects.toMatchObject({ column: 'n', outcome: 'applied' })
    await expect(copy.next()).resolves.toEqual(done)
    expect(memory.session.idle).toBe(true)
  })
})

test('rows of other columns than were planned for are not read', async () => {
  const memory = memorySession()
  const collector = new RowCollector<{ n: number }>(new RowDecoder([{ name: 'n', codec: int4 }], 'object'))
  const plan = { sql: 'copy t to stdout', collector, query: 'select n from t', describes: () => false }
  const settings = resolveConnectionSettings('postgres://app@localhost/app', {})
  const copy = new CopyOut({ server: memory.server, settings, signal: undefined, plan: async () => plan })
  memory.session.status = 'T'
  const first = copy.next()
  await eventLoopTurn()
  memory.written()
  const described = [parseComplete(), parameterDescription(), rowDescription({ name: 'n', typeOid: 20, typeSize: 8 })]
  memory.feed(...described, ...accepted, copyData(joined([HEADER, number(1)])), copyData(TRAILER))
  memory.feed(copyDone(), commandComplete('COPY 1'), readyForQuery('T'))
  await expect(first).rejects.toMatchObject({
    code: 'PGWIRE_OUTDATED_STATEMENT',
    sql: 'select n from t',
    outcome: 'applied',
  })
  expect(memory.session.idle).toBe(true)
})

describe('bytes', () => {
  test('come whatever the cut of their messages', async () => {
    const { memory, copy, begin } = bytes()
    const [first] = await begin()
    memory.feed(...accepted, copyData('one\n'), copyData(''), copyData('two\n'))
    const { value } = (await first)!
    expect(Buffer.from(value!).toString()).toBe('one\ntwo\n')
    memory.feed(...finished(2))
    await expect(copy.next()).resolves.toEqual(done)
  })

  test('of large messages are cut, and none is lost', async () => {
    const { memory, copy, begin } = bytes()
    const large = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251))
    const [first] = await begin()
    memory.feed(...accepted, copyData(large), ...finished(1))
    const parts = [(await first!).value!]
    for (let next = await copy.next(); next.done !== true; next = await copy.next()) parts.push(next.value)
    expect(Buffer.concat(parts).equals(large)).toBe(true)
  })

  test('that nobody asks for stop the reading, until they are asked for', async () => {
    const { memory, copy, begin } = bytes()
    const [first] = await begin()
    memory.feed(...accepted, copyData('first'))
    await first
    const chunk = copyData(Buffer.alloc(100_000))
    memory.feed(chunk, chunk)
    expect(memory.link.paused).toBe(false)
    memory.feed(chunk)
    expect(memory.link.paused).toBe(true)
    await copy.next()
    expect(memory.link.paused).toBe(true)
    await copy.next()
    await copy.next()
    expect(memory.link.paused).toBe(false)
  })

  test('that nobody asks for any more are read again, to the end', async () => {
    const { memory, copy, begin } = bytes()
    const [first] = await begin()
    memory.session.status = 'T'
    memory.feed(...accepted, copyData('first'))
    await first
    memory.feed(copyData(Buffer.alloc(300_000)))
    expect(memory.link.paused).toBe(true)
    const left = copy.return()
    expect(memory.link.paused).toBe(false)
    memory.feed(copyData(Buffer.alloc(900_000)))
    expect(memory.link.paused).toBe(false)
    memory.feed(copyDone(), commandComplete('COPY 9'), readyForQuery('T'))
    await expect(left).resolves.toEqual(done)
    expect(copy.rowCount).toBe(9)
  })
})

describe('the end', () => {
  test('of a COPY that was never begun sends nothing', async () => {
    const { memory, copy } = bytes()
    await expect(copy.return()).resolves.toEqual(done)
    await expect(copy.next()).resolves.toEqual(done)
    await eventLoopTurn()
    expect(memory.written()).toEqual([])
  })

  test('before the statement has left sends nothing, and lets the others go on', async () => {
    const { memory, copy } = bytes()
    const first = copy.next()
    await expect(copy.return()).resolves.toEqual(done)
    await expect(first).resolves.toEqual(done)
    expect(memory.written()).toEqual([])
    expect(memory.session.idle).toBe(true)
  })

  test('by an error comes behind the data, and rejects one of those who wait', async () => {
    const { memory, copy, begin } = bytes()
    const [first] = await begin()
    memory.feed(...accepted, copyData('1\n'), errorResponse({ C: '22012' }), readyForQuery())
    await expect(first).resolves.toMatchObject({ done: false })
    const [second, third] = [copy.next(), copy.next()]
    await expect(second).rejects.toMatchObject({ code: '22012', outcome: 'rolled-back' })
    await expect(third).resolves.toEqual(done)
    expect(copy.rowCount).toBe(null)
  })

  test('by an error that nobody asked for is told by return, once', async () => {
    const { memory, copy, begin } = bytes()
    const [first] = await begin()
    memory.feed(...accepted, copyData('1\n'), errorResponse({ C: '22012' }), readyForQuery())
    await first
    await expect(copy.return()).rejects.toMatchObject({ code: '22012' })
    await expect(copy.return()).resolves.toEqual(done)
    await expect(copy.next()).resolves.toEqual(done)
  })

  test('of the connection rejects behind the data', async () => {
    const { memory, copy, begin } = bytes()
    const [first] = await begin()
    memory.feed(...accepted, copyData('1\n'))
    memory.session.lost(new Error('read ECONNRESET'))
    await expect(first).resolves.toMatchObject({ done: false })
    await expect(copy.next()).rejects.toMatchObject({ code: 'PGWIRE_CONNECTION_LOST', outcome: 'unknown' })
    await expect(copy.return()).resolves.toEqual(done)
  })
})

describe('an abort', () => {
  test('before the first next rejects with the reason, and sends nothing', async () => {
    const { memory, copy, abort } = bytes()
    abort.abort(new Error('enough'))
    await expect(copy.next()).rejects.toThrow('enough')
    await expect(copy.next()).resolves.toEqual(done)
    await eventLoopTurn()
    expect(memory.written()).toEqual([])
    expect(memory.session.idle).toBe(true)
  })

  test('rejects at once, whatever has come, and what comes is dropped', async () => {
    const { memory, copy, abort, begin } = bytes()
    const [first] = await begin()
    memory.session.secretKey = null
    memory.feed(...accepted, copyData('1\n'))
    await first
    memory.feed(copyData('2\n'))
    abort.abort(new Error('enough'))
    await expect(copy.next()).rejects.toThrow('enough')
    await expect(copy.return()).resolves.toEqual(done)
  })
})

test('what is asked behind it leaves when it has ended', async () => {
  const { memory, copy, begin } = bytes()
  const [first] = await begin()
  memory.ask('select 1')
  memory.feed(...accepted, copyData('1\n'))
  await first
  expect(memory.written()).toEqual([])
  memory.feed(...finished(1))
  await copy.next()
  expect(memory.written().map(({ type }) => type)).toContain('parse')
})
