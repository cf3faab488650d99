import { describe, expect, test } from 'vitest'

import {
  bindComplete,
  commandComplete,
  copyBothResponse,
  copyData,
  copyDone,
  copyInResponse,
  copyOutResponse,
  dataRow,
  errorResponse,
  extendedBy,
  int16,
  int32,
  joined,
  message,
  noData,
  noticeResponse,
  notificationResponse,
  parameterDescription,
  parameterStatus,
  parseComplete,
  readyForQuery,
  rowDescription,
  shortenedBy,
  uint8,
  withLength,
} from '../../../../test/support/backend-messages.ts'
import { type Asked, type MemorySession, memorySession } from '../../../../test/support/memory-session.ts'
import { ConnectionError } from '../errors/connection-error.ts'
import { PostgresError } from '../errors/postgres-error.ts'
import { ProtocolError } from '../errors/protocol-error.ts'
import { UsageError } from '../errors/usage-error.ts'
import type { Statement } from './statement.ts'

const NUMBER = { name: 'n', typeOid: 23, typeSize: 4 }

function numberStatement(memory: MemorySession, name = 'known'): Statement {
  const field = { ...NUMBER, tableOid: 0, columnNumber: 0, typeModifier: -1, format: 0 }
  const statement = memory.server.catalog.add(`select ${name}`, [], [field])
  memory.server.prepared.add(statement, name)
  return statement
}

/** A session with `count` prepared queries in flight. */
function inFlight(count: number, options = {}): { memory: MemorySession; asked: Asked[] } {
  const memory = memorySession(options)
  const statement = numberStatement(memory)
  const asked = Array.from({ length: count }, () => memory.askDescribed(statement))
  memory.written()
  return { memory, asked }
}

const answer = (n: number) => joined([bindComplete(), dataRow(int32(n)), commandComplete('SELECT 1'), readyForQuery()])

/** Bytes that no server sends while a prepared query is being fetched. */
const impossible: readonly (readonly [string, Buffer])[] = [
  ['a length of 0', withLength(commandComplete('SELECT 0'), 0)],
  ['a length of 1', withLength(commandComplete('SELECT 0'), 1)],
  ['a length of 2', withLength(commandComplete('SELECT 0'), 2)],
  ['a length of 3', withLength(commandComplete('SELECT 0'), 3)],
  ['a length of 0x80000000', withLength(commandComplete('SELECT 0'), 0x8000_0000)],
  ['a length of 0xffffffff', withLength(commandComplete('SELECT 0'), 0xffff_ffff)],
  ['a row with a length of 3', withLength(dataRow(int32(1)), 3)],
  ['a row with a length of 0xffffffff', withLength(dataRow(int32(1)), 0xffff_ffff)],
  ['a row of 1 GiB', withLength(dataRow(int32(1)), 0x4000_0000)],
  ['an unknown message type', message('?')],
  ['a NUL for a message type', message('\0')],
  ['a message type beyond ASCII', Buffer.from([0xff, 0, 0, 0, 4])],
  ['a row with fewer columns', dataRow()],
  ['a row with more columns', dataRow(int32(1), int32(2))],
  ['a row with 65535 columns and nothing in it', message('D', int16(65_535))],
  ['a row without a column count', message('D')],
  ['a row with half a column count', message('D', uint8(0))],
  ['a field length of -2', message('D', int16(1), int32(-2), int32(1))],
  ['the smallest field length', message('D', int16(1), int32(-0x8000_0000), int32(1))],
  ['a field past the end of the row', message('D', int16(1), int32(5), int32(1))],
  ['a field far past the end of the row', message('D', int16(1), int32(0x7fff_ffff), int32(1))],
  ['bytes behind the last field', extendedBy('x', dataRow(int32(1)))],
  ['a row that ends inside a field length', message('D', int16(1), uint8(0))],
  ['a command tag without its end', message('C', 'SELECT 1')],
  ['bytes behind a command tag', extendedBy('x', commandComplete('SELECT 1'))],
  ['an error without its end', message('E', 'SERROR\0')],
  ['an error that ends inside a field', message('E', 'SERROR')],
  ['an error of no bytes', message('E')],
  ['bytes behind an error', extendedBy('x', errorResponse())],
  [
    'an error with 65 fields',
    message('E', ...Array.from({ length: 65 }, (_, i) => `${String.fromCharCode(i + 60)}x\0`), '\0'),
  ],
  ['a notice that ends inside a field', message('N', 'SNOTICE')],
  ['a setting without its value', message('S', 'name\0')],
  ['a setting without its end', message('S', 'name\0value')],
  ['bytes behind a setting', extendedBy('x', parameterStatus('name', 'value'))],
  ['another client_encoding', parameterStatus('client_encoding', 'LATIN1')],
  ['a notification that ends early', shortenedBy(1, notificationResponse(1, 'c', 'p'))],
  ['a notification without its process', message('A', int16(1))],
  ['ReadyForQuery, before the end', readyForQuery()],
  ['ReadyForQuery without a status', message('Z')],
  ['ReadyForQuery of two bytes', message('Z', 'II')],
  ['bytes behind NoData', extendedBy('x', noData())],
  ['CopyBothResponse', copyBothResponse(0, 0)],
  ['CopyData outside a COPY', copyData('x')],
]

describe('in the middle of a query', () => {
  test.each(impossible)('%s ends the session, and every query once', (_what, bytes) => {
    const { memory, asked } = inFlight(3)
    memory.feed(bindComplete(), bytes)
    expect(memory.link.destroyed).toBe(true)
    for (const { error } of asked) {
      expect(error).toBeInstanceOf(ProtocolError)
      expect(error).toMatchObject({ code: 'PGWIRE_PROTOCOL_VIOLATION', outcome: 'unknown' })
    }
    // Each caller gets an error of its own, to which a stack of its own is given.
    expect(new Set(asked.map(({ error }) => error)).size).toBe(3)
    expect(memory.events.closings).toEqual([expect.any(ProtocolError)])
    // Whatever comes behind it is not read any more.
    memory.feed(joined([commandComplete('SELECT 0'), readyForQuery(), answer(1)]))
    for (const { settlements } of asked) expect(settlements.length).toBe(1)
  })
})

test.each([...impossible, ['a row', dataRow(int32(1))] as const, ['an answer', answer(1)] as const])(
  '%s ends an idle session',
  (_what, bytes) => {
    const memory = memorySession()
    memory.feed(bytes)
    expect(memory.session.dead).toBe(true)
    expect(memory.link.destroyed).toBe(true)
    expect(memory.events.closings.length).toBe(1)
  },
)

test.each(['', 'A', 'i', '\0', '\xff', 'II'])('ReadyForQuery with the status %j ends the session', (status) => {
  const { memory, asked } = inFlight(1)
  memory.feed(bindComplete(), commandComplete('SELECT 0'), message('Z', Buffer.from(status, 'latin1')))
  expect(asked[0]?.error).toBeInstanceOf(ProtocolError)
})

test('a header alone is enough to refuse an impossible length', () => {
  for (const type of 'Z123CnsISKRAGHc') {
    const { memory } = inFlight(1)
    memory.feed(type, int32(0x0200_0000))
    expect(memory.session.dead, type).toBe(true)
    expect(memory.session.incoming.bytes.length, type).toBeLessThan(100_000)
  }
})

test('a row may announce any length below the limit, and takes no memory before it has arrived', () => {
  const { memory, asked } = inFlight(1)
  memory.feed(bindComplete(), withLength(dataRow(int32(1)), 0x3fff_fff0))
  expect(memory.session.dead).toBe(false)
  expect(memory.session.incoming.bytes.length).toBeLessThan(100_000)
  expect(asked[0]?.settlements).toEqual([])
})

test('a row above the limit for messages is refused, whether it has arrived or not', () => {
  const long = dataRow(Buffer.alloc(5_000))
  for (const bytes of [long, long.subarray(0, 5)]) {
    const { memory, asked } = inFlight(1, { maxMessageBytes: 4_096 })
    memory.feed(bindComplete(), bytes)
    expect(asked[0]?.error).toBeInstanceOf(ProtocolError)
  }
})

test('settings without end are refused', () => {
  const memory = memorySession()
  for (let index = 0; index < 1_001; index++) memory.feed(parameterStatus(`setting${index}`, 'x'))
  expect(memory.session.dead).toBe(true)
})

test('a setting that changes again and again is no reason to end the session', () => {
  const memory = memorySession()
  for (let index = 0; index < 5_000; index++) memory.feed(parameterStatus('TimeZone', `Zone/${index}`))
  expect(memory.session.parameters.get('TimeZone')).toBe('Zone/4999')
})

describe('an error', () => {
  test('rejects only once the server is ready again', () => {
    const { memory, asked } = inFlight(2)
    memory.feed(bindComplete(), errorResponse({ C: '22012' }))
    expect(asked[0]?.settlements).toEqual([])
    memory.feed(readyForQuery(), answer(2))
    expect(asked[0]?.error).toMatchObject({ code: '22012', outcome: 'rolled-back' })
    expect(asked[1]?.result.rows).toEqual([{ n: 2 }])
    expect(memory.session.dead).toBe(false)
  })

  test('behind CommandComplete rejects: a deferred constraint fails in the Sync', () => {
    const { memory, asked } = inFlight(1)
    memory.feed(bindComplete(), commandComplete('INSERT 0 1'), errorResponse({ C: '23505' }), readyForQuery())
    expect(asked[0]?.error).toMatchObject({ code: '23505', outcome: 'rolled-back' })
  })

  test('behind another one changes nothing: the first is told', () => {
    const { memory, asked } = inFlight(1)
    memory.feed(bindComplete(), errorResponse({ C: '22012' }), errorResponse({ C: '23505' }), readyForQuery())
    expect(asked[0]?.error).toMatchObject({ code: '22012' })
  })

  test('that is fatal is told to the query that it hits, and those behind it lose their connection', () => {
    const { memory, asked } = inFlight(3)
    memory.feed(bindComplete(), errorResponse({ S: 'FATAL', V: 'FATAL', C: '57P01' }))
    memory.session.lost()
    expect(asked[0]?.error).toMatchObject({ name: 'AdminShutdownError', code: '57P01' })
    expect(asked[1]?.error).toMatchObject({ code: 'PGWIRE_CONNECTION_LOST', outcome: 'unknown' })
    expect(asked[2]?.error).toBeInstanceOf(ConnectionError)
  })

  test.each([
    ['before its ParseComplete', []],
    ['behind its BindComplete', [bindComplete()]],
    ['behind its CommandComplete', [bindComplete(), commandComplete('INSERT 0 1')]],
  ])('that is fatal and none of PostgreSQL itself, %s, leaves the outcome unknown', (_when, answers) => {
    const { memory, asked } = inFlight(1)
    memory.feed(...answers, errorResponse({ V: 'FATAL', C: '08P01', M: 'server conn crashed?' }))
    expect(asked[0]?.error).toMatchObject({ code: '08P01', outcome: 'unknown' })
  })

  test('that is fatal and from a pooler that has passed nothing on says that there is no effect', () => {
    const { memory, asked } = inFlight(1)
    memory.feed(errorResponse({ V: 'FATAL', C: '08P01', M: 'query_wait_timeout' }))
    expect(asked[0]?.error).toMatchObject({ code: '08P01', outcome: 'rolled-back' })
  })

  test('fatal twice, then the end: one rejection', () => {
    const { memory, asked } = inFlight(1)
    memory.feed(errorResponse({ V: 'FATAL', C: '57P01' }), errorResponse({ V: 'FATAL', C: '57P02' }))
    memory.session.lost()
    expect(asked[0]?.error).toMatchObject({ code: '57P01' })
  })

  test('that is fatal behind CommandComplete leaves the outcome unknown', () => {
    const { memory, asked } = inFlight(1)
    memory.feed(bindComplete(), commandComplete('INSERT 0 1'), errorResponse({ V: 'FATAL', C: '57P01' }))
    memory.session.lost()
    expect(asked[0]?.error).toMatchObject({ code: '57P01', outcome: 'unknown' })
  })

  test('while idle is the reason for the end, and what is asked later learns it', () => {
    const memory = memorySession()
    memory.feed(errorResponse({ V: 'FATAL', C: '57P01', M: 'terminating connection' }))
    expect(memory.link.destroyed).toBe(true)
    expect(memory.events.closings).toEqual([expect.objectContaining({ code: '57P01' })])
    const asked = memory.ask('select 1')
    expect(asked.error).toMatchObject({ code: 'PGWIRE_CONNECTION_LOST', outcome: 'not-sent', cause: { code: '57P01' } })
  })

  test.each([
    ['nothing at all', message('E', uint8(0)), 'XX000', 'ERROR'],
    ['no SQLSTATE', message('E', 'SERROR\0MText\0\0'), 'XX000', 'ERROR'],
    ['no text', message('E', 'SERROR\0C22012\0\0'), '22012', 'ERROR'],
    ['no severity', message('E', 'C22012\0MText\0\0'), '22012', 'ERROR'],
    ['a field that nobody knows', message('E', 'SERROR\0C22012\0MText\0?x\0\0'), '22012', 'ERROR'],
    ['a field twice', message('E', 'SERROR\0C00000\0C22012\0MText\0\0'), '22012', 'ERROR'],
    ['a severity in another language', message('E', 'SFEHLER\0VERROR\0C22012\0\0'), '22012', 'ERROR'],
    ['an empty text', message('E', 'SERROR\0C22012\0M\0\0'), '22012', 'ERROR'],
  ])('with %s in it is an error like any other', (_what, bytes, code, severityCode) => {
    const { memory, asked } = inFlight(2)
    memory.feed(bindComplete(), bytes, readyForQuery(), answer(2))
    expect(asked[0]?.error).toBeInstanceOf(PostgresError)
    expect(asked[0]?.error).toMatchObject({ code, severityCode, message: expect.any(String) })
    expect(asked[1]?.result.rows).toEqual([{ n: 2 }])
  })
})

describe('a pipeline', () => {
  test.each([0, 1, 2, 3, 4])('of five whose exchange %i fails gives the results of the others', (failing) => {
    const { memory, asked } = inFlight(5)
    const failure = joined([errorResponse({ C: '22012' }), readyForQuery()])
    memory.feed(...asked.map((_, index) => (index === failing ? failure : answer(index))))
    for (const [index, one] of asked.entries()) {
      if (index === failing) expect(one.error).toMatchObject({ code: '22012' })
      else expect(one.result.rows).toEqual([{ n: index }])
    }
    expect(memory.session.idle).toBe(true)
  })

  test('cut off behind the second answer knows what happened to each', () => {
    const { memory, asked } = inFlight(4)
    const unsent = memory.askDescribed(numberStatement(memory, 'unsent'))
    memory.feed(answer(0), answer(1), bindComplete(), dataRow(int32(2)), commandComplete('SELECT 1'))
    memory.session.lost(new Error('read ECONNRESET'))
    expect(asked.map(({ settlements }) => settlements.length)).toEqual([1, 1, 1, 1])
    expect(asked[1]?.result.rows).toEqual([{ n: 1 }])
    // CommandComplete is no promise: the commit happens in the Sync.
    expect(asked[2]?.error).toMatchObject({ outcome: 'unknown', cause: { message: 'read ECONNRESET' } })
    expect(asked[3]?.error).toMatchObject({ outcome: 'unknown' })
    expect(unsent.error).toMatchObject({ outcome: 'not-sent' })
  })

  test.each([
    ['a row that cannot be decoded', [1, 2, 3, 4, 5].map((n) => (n === 3 ? dataRow('123') : dataRow(int32(n))))],
    ['only such rows', [1, 2, 3, 4, 5].map(() => dataRow('1234567'))],
  ])('with %s rejects that query alone', (_what, rows) => {
    const { memory, asked } = inFlight(3)
    memory.feed(answer(0), bindComplete(), ...rows, commandComplete('SELECT 5'))
    expect(asked[1]?.settlements).toEqual([])
    memory.feed(readyForQuery(), answer(2))
    expect(asked[0]?.result.rows).toEqual([{ n: 0 }])
    expect(asked[1]?.error).toMatchObject({
      name: 'CodecError',
      code: 'PGWIRE_DECODE',
      column: 'n',
      type: 'int4',
      outcome: 'applied',
    })
    expect(asked[2]?.result.rows).toEqual([{ n: 2 }])
    expect(memory.session.dead).toBe(false)
  })
})

test('a row that cannot be decoded, and then the end: the outcome is unknown, and not that of a success', () => {
  const { memory, asked } = inFlight(1)
  memory.feed(bindComplete(), dataRow('123'), commandComplete('SELECT 1'))
  memory.session.lost()
  expect(asked[0]?.error).toMatchObject({ name: 'ConnectionError', outcome: 'unknown' })
})

describe('COPY, run as a query,', () => {
  test('from standard input is refused, and the connection stays usable', () => {
    const { memory, asked } = inFlight(1)
    memory.feed(bindComplete(), copyInResponse(0, 0))
    expect(memory.written().map(({ type }) => type)).toEqual(['copyFail', 'sync'])
    memory.feed(errorResponse({ C: '57014' }), readyForQuery())
    expect(asked[0]?.error).toBeInstanceOf(UsageError)
    expect(asked[0]?.error).toMatchObject({ outcome: 'rolled-back' })
    expect(memory.session.idle).toBe(true)
  })

  test('from standard input with others behind it ends the session: they cannot be told apart any more', () => {
    const { memory, asked } = inFlight(3)
    memory.feed(bindComplete(), copyInResponse(0, 0))
    expect(memory.link.destroyed).toBe(true)
    expect(asked[0]?.error).toBeInstanceOf(UsageError)
    expect(asked[1]?.error).toMatchObject({ name: 'ProtocolError', outcome: 'unknown' })
    expect(asked[2]?.error).toMatchObject({ name: 'ProtocolError', outcome: 'unknown' })
  })

  test('to standard output is read to its end and refused, and its neighbours are not touched', () => {
    const { memory, asked } = inFlight(3)
    const copy = [bindComplete(), copyOutResponse(0, 0), copyData('1\n'), copyDone(), commandComplete('COPY 1')]
    memory.feed(answer(0), ...copy, readyForQuery(), answer(2))
    expect(asked[0]?.result.rows).toEqual([{ n: 0 }])
    expect(asked[1]?.error).toMatchObject({ name: 'UsageError', outcome: 'applied' })
    expect(asked[2]?.result.rows).toEqual([{ n: 2 }])
  })

  test('to standard output, cut off, has an unknown outcome: it may be a COPY of an INSERT', () => {
    const { memory, asked } = inFlight(1)
    memory.feed(bindComplete(), copyOutResponse(0, 0), copyData('1\n'))
    memory.session.lost()
    expect(asked[0]?.error).toMatchObject({ name: 'ConnectionError', outcome: 'unknown' })
  })
})

describe('the description that comes with a Parse', () => {
  function parsing() {
    const memory = memorySession()
    const field = { ...NUMBER, tableOid: 0, columnNumber: 0, typeModifier: -1, format: 0 }
    const statement = memory.server.catalog.add('select * from t', [23], [field])
    const asked = memory.askDescribed(statement, [1])
    memory.written()
    return { memory, asked }
  }
  const complete = [commandComplete('SELECT 1'), readyForQuery()]

  test('decides how the rows are read, whatever was described before', () => {
    const { memory, asked } = parsing()
    const columns = [
      { name: 'n', typeOid: 20 },
      { name: 'added', typeOid: 25 },
    ]
    const row = dataRow(joined([int32(1), int32(0)]), 'x')
    memory.feed(parseComplete(), parameterDescription(23), rowDescription(...columns), bindComplete(), row, ...complete)
    expect(asked.result.rows).toEqual([{ n: '4294967296', added: 'x' }])
    expect(asked.result.columns.map(({ name }) => name)).toEqual(['n', 'added'])
  })

  test.each<[string, Buffer]>([
    ['a negative number of columns', message('T', int16(-1))],
    ['65535 columns and describes none', message('T', int16(65_535))],
    ['more columns than it describes', message('T', int16(2), rowDescription(NUMBER).subarray(7))],
    ['fewer columns than it describes', message('T', int16(0), rowDescription(NUMBER).subarray(7))],
    ['a column that ends early', shortenedBy(1, rowDescription(NUMBER))],
    ['a name without its end', message('T', int16(1), 'n'.repeat(40))],
    ['no number of columns', message('T')],
    ['an unknown format', rowDescription({ ...NUMBER, format: 2 })],
  ])('ends the session when it announces %s', (_what, bytes) => {
    const { memory, asked } = parsing()
    memory.feed(parseComplete(), parameterDescription(23), bytes)
    expect(asked.error).toBeInstanceOf(ProtocolError)
  })

  test.each<[string, Buffer]>([
    ['two parameters where one was given', parameterDescription(23, 23)],
    ['no parameter where one was given', parameterDescription()],
    ['more parameters than it counts', message('t', int16(1), int32(23), int32(23))],
    ['fewer parameters than it counts', message('t', int16(2), int32(23))],
    ['65535 parameters and no type', message('t', int16(65_535))],
    ['no number of parameters', message('t')],
  ])('ends the session when it describes %s', (_what, bytes) => {
    const { memory, asked } = parsing()
    memory.feed(parseComplete(), bytes)
    expect(asked.error).toBeInstanceOf(ProtocolError)
  })
})

test('a row that comes before its description ends the session', () => {
  const memory = memorySession()
  const asked = memory.ask('select 1')
  memory.written()
  memory.feed(parseComplete(), dataRow(int32(1)))
  expect(memory.session.dead).toBe(true)
  return expect.poll(() => asked.settlements.length).toBe(1)
})

test('notices and notifications are told while idle and while busy', () => {
  const { memory, asked } = inFlight(1)
  const unasked = [noticeResponse({ M: 'careful' }), notificationResponse(9, 'news', 'text')]
  memory.feed(...unasked, bindComplete(), ...unasked, dataRow(int32(1)), ...unasked, commandComplete('SELECT 1'))
  memory.feed(readyForQuery('T'), ...unasked)
  expect(asked[0]?.result.rows).toEqual([{ n: 1 }])
  expect(memory.events.notices.map((notice) => notice.message)).toEqual(Array.from({ length: 4 }, () => 'careful'))
  expect(memory.events.notifications).toEqual(
    Array.from({ length: 4 }, () => ({ processId: 9, channel: 'news', payload: 'text' })),
  )
  expect(memory.session.status).toBe('T')
})

test('a value that was decoded does not change when the buffer is used again', () => {
  const memory = memorySession()
  const field = { name: 'b', typeOid: 17, typeSize: -1, tableOid: 0, columnNumber: 0, typeModifier: -1, format: 0 }
  const statement = memory.server.catalog.add('select b', [], [field])
  memory.server.prepared.add(statement, 'b')
  const first = memory.askDescribed(statement)
  const second = memory.askDescribed(statement)
  const reply = (byte: number) =>
    [bindComplete(), dataRow(Buffer.alloc(60_000, byte)), commandComplete('SELECT 1'), readyForQuery()] as const
  memory.feed(...reply(1))
  memory.feed(...reply(2))
  expect(second.settlements.length).toBe(1)
  expect(first.result.rows).toEqual([{ b: Buffer.alloc(60_000, 1) }])
})
