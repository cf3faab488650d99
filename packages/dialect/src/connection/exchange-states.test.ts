/** Every message in every state of every flow: what the table allows passes, everything else ends the session. */
import { describe, expect, test } from 'vitest'

import {
  authentication,
  authenticationCleartextPassword,
  authenticationOk,
  backendKeyData,
  bindComplete,
  closeComplete,
  commandComplete,
  copyBothResponse,
  copyData,
  copyDone,
  copyInResponse,
  copyOutResponse,
  dataRow,
  emptyQueryResponse,
  errorResponse,
  functionCallResponse,
  int32,
  negotiateProtocolVersion,
  noData,
  parameterDescription,
  parseComplete,
  portalSuspended,
  readyForQuery,
  rowDescription,
} from '../../../../test/support/backend-messages.ts'
import { type MemorySession, memorySession } from '../../../../test/support/memory-session.ts'
import { serverTypeRow, serverTypesColumns } from '../../../../test/support/server-type-rows.ts'
import { ProtocolError } from '../errors/protocol-error.ts'
import { createAuthenticator } from './authentication/authenticate.ts'
import { PortalExchange } from './exchanges/portal.ts'
import { PrepareExchange } from './exchanges/prepare.ts'
import { SimpleQueryExchange } from './exchanges/simple-query.ts'
import { StartupExchange } from './exchanges/startup.ts'

const NUMBER_COLUMN = { name: 'n', typeOid: 23, typeSize: 4 }
const NUMBER_ROW = dataRow(int32(7))

/** One well-formed message of every type that belongs to a flow. */
const messages: Readonly<Record<string, Buffer>> = {
  authentication: authenticationOk(),
  backendKeyData: backendKeyData(1, 2),
  readyForQuery: readyForQuery(),
  parseComplete: parseComplete(),
  bindComplete: bindComplete(),
  closeComplete: closeComplete(),
  noData: noData(),
  parameterDescription: parameterDescription(23),
  rowDescription: rowDescription(NUMBER_COLUMN),
  dataRow: NUMBER_ROW,
  commandComplete: commandComplete('SELECT 1'),
  emptyQueryResponse: emptyQueryResponse(),
  portalSuspended: portalSuspended(),
  copyInResponse: copyInResponse(0, 0),
  copyOutResponse: copyOutResponse(0, 0),
  copyBothResponse: copyBothResponse(0, 0),
  copyData: copyData('x'),
  copyDone: copyDone(),
  negotiateProtocolVersion: negotiateProtocolVersion(0),
  functionCallResponse: functionCallResponse(null),
}

interface Flow {
  readonly memory: MemorySession
  readonly settlements: unknown[]
}

/** For each state: what leads to it, and what may come in it. */
type States = Readonly<Record<string, { readonly path: readonly Buffer[]; readonly allowed: readonly string[] }>>

function rows(name: string, start: () => Flow, states: States): void {
  describe(name, () => {
    test.each(Object.entries(states))('%s: an error rejects it, once the server is ready again', (_state, { path }) => {
      const { memory, settlements } = start()
      memory.written()
      if (path.length > 0) memory.feed(...path)
      memory.feed(errorResponse({ C: '22012' }))
      if (name === 'a login') {
        expect(memory.session.dead).toBe(true)
      } else {
        expect(settlements).toEqual([])
        // A portal sends the Sync that it has not sent yet.
        memory.feed(readyForQuery('E'))
        expect(memory.session.idle).toBe(true)
        expect(memory.session.status).toBe('E')
      }
      expect(settlements.length).toBe(1)
      if (!path.some((bytes) => bytes[0] === 'H'.charCodeAt(0))) expect(settlements[0]).toMatchObject({ code: '22012' })
    })

    test.each(Object.entries(states))('%s: the loss of the connection rejects it', (_state, { path }) => {
      const { memory, settlements } = start()
      memory.written()
      if (path.length > 0) memory.feed(...path)
      memory.session.lost(new Error('read ECONNRESET'))
      memory.session.lost(new Error('again'))
      expect(settlements).toEqual([expect.objectContaining({ outcome: 'unknown' })])
    })

    test.each(Object.entries(states))('%s', (_state, { path, allowed }) => {
      const survived: string[] = []
      for (const [name, bytes] of Object.entries(messages)) {
        const { memory, settlements } = start()
        memory.written()
        if (path.length > 0) memory.feed(...path)
        expect(memory.session.dead, `on the way to ${name}`).toBe(false)
        const before = settlements.length
        memory.feed(bytes)
        if (!memory.session.dead) {
          survived.push(name)
          continue
        }
        expect(memory.link.destroyed).toBe(true)
        expect(memory.events.closings, name).toEqual([expect.any(ProtocolError)])
        expect(settlements.length, `settlements after ${name}`).toBe(1)
        // What had been settled before stays so.
        if (before === 0) expect(settlements[0], name).toBeInstanceOf(ProtocolError)
      }
      expect(survived.sort()).toEqual([...allowed].sort())
    })
  })
}

const parsed = [parseComplete()]
const parametersDescribed = [...parsed, parameterDescription(23)]
const described = [...parametersDescribed, rowDescription(NUMBER_COLUMN)]
const bound = [...described, bindComplete()]

rows('a query', startQuery, {
  parsing: { path: [], allowed: ['closeComplete', 'parseComplete'] },
  'describing parameters': { path: parsed, allowed: ['parameterDescription'] },
  'describing rows': { path: parametersDescribed, allowed: ['rowDescription', 'noData'] },
  binding: { path: described, allowed: ['bindComplete'] },
  fetching: {
    path: bound,
    allowed: ['dataRow', 'commandComplete', 'emptyQueryResponse', 'copyInResponse', 'copyOutResponse'],
  },
  'copying out': { path: [...bound, copyOutResponse(0, 0)], allowed: ['copyData', 'copyDone'] },
  copied: { path: [...bound, copyOutResponse(0, 0), copyDone()], allowed: ['commandComplete'] },
  syncing: { path: [...bound, commandComplete('SELECT 0')], allowed: ['readyForQuery'] },
})

rows('a query that is prepared already', startPreparedQuery, {
  binding: { path: [], allowed: ['bindComplete'] },
  fetching: {
    path: [bindComplete()],
    allowed: ['dataRow', 'commandComplete', 'emptyQueryResponse', 'copyInResponse', 'copyOutResponse'],
  },
  syncing: { path: [bindComplete(), emptyQueryResponse()], allowed: ['readyForQuery'] },
})

rows('a preparation', startPrepare, {
  parsing: { path: [], allowed: ['closeComplete', 'parseComplete'] },
  'describing parameters': { path: parsed, allowed: ['parameterDescription'] },
  'describing rows': { path: parametersDescribed, allowed: ['rowDescription', 'noData'] },
  syncing: { path: described, allowed: ['readyForQuery'] },
})

rows('a portal', startPortal, {
  parsing: { path: [], allowed: ['closeComplete', 'parseComplete'] },
  'describing parameters': { path: parsed, allowed: ['parameterDescription'] },
  'describing rows': { path: parametersDescribed, allowed: ['rowDescription', 'noData'] },
  binding: { path: described, allowed: ['bindComplete'] },
  'fetching the first row': {
    path: bound,
    // No PortalSuspended: a portal stops only behind as many rows as it was asked for.
    allowed: ['dataRow', 'commandComplete', 'emptyQueryResponse', 'copyInResponse', 'copyOutResponse'],
  },
  'fetching, with the batch complete': {
    path: [...bound, NUMBER_ROW],
    // No further row: there would be more than were asked for.
    allowed: ['portalSuspended', 'commandComplete', 'emptyQueryResponse', 'copyInResponse', 'copyOutResponse'],
  },
  suspended: { path: [...bound, NUMBER_ROW, portalSuspended()], allowed: [] },
  complete: { path: [...bound, commandComplete('SELECT 0')], allowed: ['closeComplete'] },
  'copying out': { path: [...bound, copyOutResponse(0, 0)], allowed: ['copyData', 'copyDone'] },
  syncing: { path: [...bound, commandComplete('SELECT 0'), closeComplete()], allowed: ['readyForQuery'] },
})

/** A record with one value of a type that nobody knows yet. */
const MOOD = 16_400
const RECORD_COLUMN = { name: 'r', typeOid: 2249 }
const recordRow = dataRow(Buffer.concat([int32(1), int32(MOOD), int32(2), Buffer.from('ok')]))
const suspendedWithRecord = [
  ...parsed,
  parameterDescription(),
  rowDescription(RECORD_COLUMN),
  bindComplete(),
  recordRow,
  portalSuspended(),
]
const lookUpDescribed = [
  ...suspendedWithRecord,
  parseComplete(),
  parameterDescription(1028),
  rowDescription(...serverTypesColumns),
]
const lookedUp = [...lookUpDescribed, bindComplete(), serverTypeRow({ oid: MOOD, name: 'mood', kind: 'e' })]

rows('a portal that looks types up', startRecordPortal, {
  'preparing the look-up': { path: suspendedWithRecord, allowed: ['parseComplete'] },
  'describing its parameters': { path: [...suspendedWithRecord, parseComplete()], allowed: ['parameterDescription'] },
  'describing its rows': {
    path: [...suspendedWithRecord, parseComplete(), parameterDescription(1028)],
    allowed: ['rowDescription'],
  },
  'binding it': { path: lookUpDescribed, allowed: ['bindComplete'] },
  'fetching its rows': { path: lookedUp, allowed: ['commandComplete'] },
  'closing it': { path: [...lookedUp, commandComplete('SELECT 1')], allowed: ['closeComplete'] },
  'suspended behind it': { path: [...lookedUp, commandComplete('SELECT 1'), closeComplete()], allowed: [] },
})

const simple = ['rowDescription', 'commandComplete', 'emptyQueryResponse', 'copyInResponse', 'copyOutResponse'] as const

rows('a script', startScript, {
  running: { path: [], allowed: simple },
  fetching: { path: [rowDescription(NUMBER_COLUMN)], allowed: ['dataRow', 'commandComplete'] },
  'between statements': { path: [commandComplete('BEGIN')], allowed: [...simple, 'readyForQuery'] },
  'copying out': { path: [copyOutResponse(0, 0)], allowed: ['copyData', 'copyDone'] },
  copied: { path: [copyOutResponse(0, 0), copyDone()], allowed: ['commandComplete'] },
})

rows('a login', startLogin, {
  opening: { path: [], allowed: ['authentication', 'negotiateProtocolVersion'] },
  'negotiated down': { path: [negotiateProtocolVersion(0)], allowed: ['authentication'] },
  accepted: { path: [authenticationOk()], allowed: ['backendKeyData', 'readyForQuery'] },
  'accepted, with the key': {
    path: [authenticationOk(), backendKeyData(1, 2)],
    allowed: ['readyForQuery'],
  },
})

test.each<[string, Buffer]>([
  ['ReadyForQuery', readyForQuery()],
  ['another request', authenticationCleartextPassword()],
  ['an unknown method', authentication(99)],
  ['a cancel key', backendKeyData(1, 2)],
])('a login that waits for a password is ended by %s', async (_what, bytes) => {
  const { memory, settlements } = startLogin(() => new Promise(() => {}))
  memory.feed(authenticationCleartextPassword())
  memory.feed(bytes)
  await nextTurn()
  expect(memory.session.dead).toBe(true)
  expect(settlements).toEqual([expect.any(ProtocolError)])
})

/** What the server answers to a Bind and an Execute of one row at a time, when the portal has two. */
const portalReplies = [
  ...described,
  bindComplete(),
  NUMBER_ROW,
  portalSuspended(),
  NUMBER_ROW,
  portalSuspended(),
  commandComplete('SELECT 2'),
]

describe('a portal that is closed', () => {
  /** Behind these many replies a batch is complete, and the next is asked for. */
  const batchEnds = [6, 8]
  const closings = portalReplies.map((_, count) => count)

  test.each(closings)('behind %i of the replies gives nothing more, and the connection is free again', (count) => {
    const { memory, portal, batches, settlements, writtens } = startReadPortal()
    for (let index = 0; index < count; index++) {
      if (batchEnds.includes(index)) portal.fetch()
      memory.feed(portalReplies[index]!)
    }
    memory.written()
    const before = batches.length
    portal.close()
    portal.close()
    portal.fetch()
    expect(memory.written().map(({ type }) => type)).toEqual(['close', 'sync'])
    expect(writtens.length).toBe(1)
    // A batch that was asked for comes before the answer to the Close.
    const batchEnd = batchEnds.find((end) => end >= count) ?? count
    if (count < batchEnd) memory.feed(...portalReplies.slice(count, batchEnd))
    memory.feed(closeComplete(), readyForQuery())
    expect(memory.session.idle).toBe(true)
    expect(batches.length).toBe(before)
    expect(settlements).toEqual([undefined])
  })

  test('and fails in the batch that is on its way says so', () => {
    const { memory, portal, settlements } = startReadPortal()
    memory.feed(...bound)
    portal.close()
    // The server skips the Close.
    memory.feed(errorResponse({ C: '22012' }), readyForQuery())
    expect(settlements).toEqual([expect.objectContaining({ code: '22012' })])
    expect(memory.session.idle).toBe(true)
  })

  test('and dies says so once', () => {
    const { memory, portal, settlements } = startReadPortal()
    portal.close()
    memory.session.lost()
    portal.close()
    portal.fetch()
    expect(settlements.length).toBe(1)
  })
})

test('a portal whose row cannot be decoded closes itself and rejects', () => {
  const { memory, batches, settlements } = startReadPortal()
  memory.written()
  memory.feed(...bound, dataRow('123'))
  expect(memory.written().map(({ type }) => type)).toEqual(['close', 'sync'])
  memory.feed(portalSuspended(), closeComplete(), readyForQuery())
  expect(batches).toEqual([])
  expect(settlements).toEqual([expect.objectContaining({ name: 'CodecError', column: 'n' })])
  expect(memory.session.idle).toBe(true)
})

describe('a portal that looks types up', () => {
  const lookUp = lookedUp.slice(suspendedWithRecord.length)
  const replies = [...lookUp, commandComplete('SELECT 1'), closeComplete()]

  test('gives the batch when it knows them', () => {
    const { memory, batches, settlements } = startReadPortal(recordStatementIn)
    memory.feed(...suspendedWithRecord)
    expect(memory.written().map(({ type }) => type)).toEqual(['parse', 'describe', 'flush'])
    memory.feed(...lookUp.slice(0, 3))
    expect(memory.written()).toMatchObject([
      { type: 'bind', portal: '_pgwire_types', parameters: [Buffer.from(`{${MOOD}}`)] },
      { type: 'execute', portal: '_pgwire_types', maxRows: 0 },
      { type: 'close', target: 'P', name: '_pgwire_types' },
      { type: 'flush' },
    ])
    expect(batches).toEqual([])
    memory.feed(...replies.slice(3))
    expect(batches).toEqual([[{ r: ['ok'] }]])
    expect(settlements).toEqual([])
  })

  test.each(replies.map((_, count) => count))('closed behind %i replies of the look-up, ends with it', (count) => {
    const { memory, portal, batches, settlements } = startReadPortal(recordStatementIn)
    memory.feed(...suspendedWithRecord, ...replies.slice(0, count))
    memory.written()
    portal.close()
    expect(memory.written().map(({ type }) => type)).toEqual(['close', 'sync'])
    // What was not asked for before the Close is not asked for any more.
    memory.feed(...(count < 3 ? replies.slice(count, 3) : replies.slice(count)), closeComplete(), readyForQuery())
    expect(settlements).toEqual([undefined])
    expect(batches).toEqual([])
    expect(memory.session.idle).toBe(true)
  })

  test('that the server does not know either rejects, and asks no second time', () => {
    const { memory, settlements } = startReadPortal(recordStatementIn)
    memory.feed(...suspendedWithRecord, ...lookUp.slice(0, 3))
    memory.written()
    memory.feed(bindComplete(), commandComplete('SELECT 0'), closeComplete())
    expect(memory.written().map(({ type }) => type)).toEqual(['close', 'sync'])
    memory.feed(closeComplete(), readyForQuery())
    expect(settlements).toEqual([expect.objectContaining({ name: 'CodecError', column: 'r', outcome: 'applied' })])
  })
})

function startReadPortal(statementOf = statementIn) {
  const memory = memorySession()
  const statement = statementOf(memory)
  const batches: unknown[][] = []
  const settlements: unknown[] = []
  const writtens: unknown[] = []
  const portal = new PortalExchange(
    memory.server,
    statement,
    statement.parameterOids.map(() => 7),
    1,
    {
      batch: (rows) => void batches.push(rows),
      written: () => void writtens.push(true),
      end: (error) => void settlements.push(error),
    },
  )
  memory.session.send(portal)
  memory.written()
  return { memory, portal, batches, settlements, writtens }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function statementIn(memory: MemorySession) {
  const field = { ...NUMBER_COLUMN, tableOid: 0, columnNumber: 0, typeModifier: -1, format: 0 }
  return memory.server.catalog.add('select $1::int4 as n', [23], [field])
}

function recordStatementIn(memory: MemorySession) {
  const field = { ...RECORD_COLUMN, tableOid: 0, columnNumber: 0, typeModifier: -1 }
  return memory.server.catalog.add('select r', [], [field])
}

function startRecordPortal(): Flow {
  const { memory, settlements } = startReadPortal(recordStatementIn)
  return { memory, settlements }
}

function startQuery(): Flow {
  const memory = memorySession()
  const { settlements } = memory.askDescribed(statementIn(memory), [7])
  return { memory, settlements }
}

function startPreparedQuery(): Flow {
  const memory = memorySession()
  const statement = statementIn(memory)
  memory.server.prepared.add(statement, 'known')
  const { settlements } = memory.askDescribed(statement, [7])
  return { memory, settlements }
}

function startPrepare(): Flow {
  const memory = memorySession()
  const settlements: unknown[] = []
  const settle = (settlement: unknown) => void settlements.push(settlement)
  memory.session.send(new PrepareExchange('s', 'select $1::int4 as n', [], settle, settle))
  return { memory, settlements }
}

function startPortal(): Flow {
  const memory = memorySession()
  const settlements: unknown[] = []
  const reader = { batch: () => {}, written: () => {}, end: (error: unknown) => void settlements.push(error) }
  memory.session.send(new PortalExchange(memory.server, statementIn(memory), [7], 1, reader))
  return { memory, settlements }
}

function startScript(): Flow {
  const memory = memorySession()
  const settlements: unknown[] = []
  const settle = (settlement: unknown) => void settlements.push(settlement)
  memory.session.send(new SimpleQueryExchange(memory.session, 'select 7 as n', settle, settle))
  return { memory, settlements }
}

function startLogin(password?: () => Promise<string>): Flow {
  const memory = memorySession()
  const settlements: unknown[] = []
  const settle = (settlement: unknown) => void settlements.push(settlement)
  const authenticator = createAuthenticator({ user: 'app', password })
  memory.session.send(
    new StartupExchange(
      memory.session,
      { user: 'app' },
      { min: 0, max: 2 },
      authenticator,
      () => settle('ready'),
      settle,
    ),
  )
  return { memory, settlements }
}
