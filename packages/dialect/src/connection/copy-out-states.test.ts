/** COPY TO STDOUT, message by message: what the table allows passes, everything else ends the session. */
import { expect, test } from 'vitest'

import {
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
  int32,
  noData,
  parameterDescription,
  parseComplete,
  portalSuspended,
  readyForQuery,
  rowDescription,
} from '../../../../test/support/backend-messages.ts'
import { memorySession } from '../../../../test/support/memory-session.ts'
import { ProtocolError } from '../errors/protocol-error.ts'
import { CopyOutExchange, type CopyReader } from './exchanges/copy-out.ts'

const SQL = 'copy t to stdout (format text)'

const messages: Readonly<Record<string, Buffer>> = {
  parseComplete: parseComplete(),
  bindComplete: bindComplete(),
  closeComplete: closeComplete(),
  noData: noData(),
  parameterDescription: parameterDescription(23),
  rowDescription: rowDescription({ name: 'n', typeOid: 23, typeSize: 4 }),
  dataRow: dataRow(int32(7)),
  commandComplete: commandComplete('COPY 1'),
  emptyQueryResponse: emptyQueryResponse(),
  portalSuspended: portalSuspended(),
  copyInResponse: copyInResponse(0, 0),
  copyOutResponse: copyOutResponse(0, 0),
  copyBothResponse: copyBothResponse(0, 0),
  copyData: copyData('x'),
  copyDone: copyDone(),
  readyForQuery: readyForQuery(),
}

function started(query: string | null = null) {
  const memory = memorySession()
  const data: string[] = []
  const settlements: unknown[] = []
  const descriptions: unknown[] = []
  let dones = 0
  const reader: CopyReader = {
    described: (fields) => void descriptions.push(fields.map(({ name }) => name)),
    data: (bytes, _view, offset, end) => void data.push(bytes.toString('utf8', offset, end)),
    done: () => void dones++,
    resolve: (tag) => void settlements.push(tag),
    reject: (error) => void settlements.push(error),
  }
  memory.session.send(new CopyOutExchange(SQL, reader, query))
  const sent = memory.written()
  return { memory, data, settlements, descriptions, sent, dones: () => dones }
}

interface Place {
  /** What is described on the way. */
  readonly query: string | null
  readonly path: readonly Buffer[]
  readonly allowed: readonly string[]
}

const QUERY = 'select n from t'
const columns = rowDescription({ name: 'n', typeOid: 23, typeSize: 4 })
const parametersDescribed = [parseComplete(), parameterDescription()]

function placesBehind(query: string | null, described: readonly Buffer[]): [string, Place][] {
  const parsed = [...described, parseComplete()]
  const bound = [...parsed, bindComplete()]
  const copying = [...bound, copyOutResponse(0, 0), copyData('1\n')]
  const copied = [...copying, copyDone()]
  const complete = [...copied, commandComplete('COPY 1')]
  const when = query === null ? '' : 'described, '
  return [
    [`${when}parsing`, { query, path: described, allowed: ['parseComplete'] }],
    [`${when}binding`, { query, path: parsed, allowed: ['bindComplete'] }],
    [`${when}starting`, { query, path: bound, allowed: ['copyOutResponse'] }],
    [`${when}copying`, { query, path: copying, allowed: ['copyData', 'copyDone'] }],
    [`${when}copied`, { query, path: copied, allowed: ['commandComplete'] }],
    [`${when}syncing`, { query, path: complete, allowed: ['readyForQuery'] }],
  ]
}

const states: [string, Place][] = [
  ['parsing the query', { query: QUERY, path: [], allowed: ['parseComplete'] }],
  ['describing parameters', { query: QUERY, path: [parseComplete()], allowed: ['parameterDescription'] }],
  ['describing rows', { query: QUERY, path: parametersDescribed, allowed: ['rowDescription', 'noData'] }],
  ...placesBehind(null, []),
  ...placesBehind(QUERY, [...parametersDescribed, columns]),
]
const copying = [parseComplete(), bindComplete(), copyOutResponse(0, 0), copyData('1\n')]
const complete = [...copying, copyDone(), commandComplete('COPY 1')]

test('it leaves in one flight, as one statement of the extended protocol', () => {
  const { sent } = started()
  expect(sent.map(({ type }) => type)).toEqual(['parse', 'bind', 'execute', 'sync'])
  expect(sent[0]).toMatchObject({ statement: '', sql: SQL })
})

test('its query is described in the same flight, and in the same transaction', () => {
  const { sent, memory, descriptions } = started(QUERY)
  expect(sent.map(({ type }) => type)).toEqual(['parse', 'describe', 'parse', 'bind', 'execute', 'sync'])
  expect(sent[0]).toMatchObject({ statement: '', sql: QUERY })
  memory.feed(...parametersDescribed, columns)
  expect(descriptions).toEqual([['n']])
})

test('it resolves at ReadyForQuery and not before, with what the server counted', () => {
  const { memory, data, settlements, dones } = started()
  memory.feed(...complete)
  expect(settlements).toEqual([])
  expect(dones()).toBe(1)
  memory.feed(readyForQuery())
  expect(settlements).toEqual([{ command: 'COPY', rowCount: 1 }])
  expect(data).toEqual(['1\n'])
  expect(memory.session.idle).toBe(true)
})

test.each(states)('%s: only what belongs there may come', (_state, { query, path, allowed }) => {
  const survived: string[] = []
  for (const [name, bytes] of Object.entries(messages)) {
    const { memory, settlements } = started(query)
    if (path.length > 0) memory.feed(...path)
    memory.feed(bytes)
    if (memory.session.dead) {
      expect(memory.events.closings, name).toEqual([expect.any(ProtocolError)])
      expect(settlements, name).toEqual([expect.any(ProtocolError)])
    } else survived.push(name)
  }
  expect(survived.toSorted()).toEqual(allowed.toSorted())
})

test.each(states)('%s: an error rejects it once the server is ready again', (_state, { query, path }) => {
  const { memory, settlements } = started(query)
  if (path.length > 0) memory.feed(...path)
  memory.feed(errorResponse({ C: '22012' }))
  expect(settlements).toEqual([])
  memory.feed(readyForQuery())
  expect(settlements).toEqual([expect.objectContaining({ code: '22012', outcome: 'rolled-back' })])
  expect(memory.session.idle).toBe(true)
})

test.each(states)('%s: the loss of the connection rejects it once', (_state, { query, path }) => {
  const { memory, settlements } = started(query)
  if (path.length > 0) memory.feed(...path)
  memory.session.lost(new Error('read ECONNRESET'))
  memory.session.lost(new Error('again'))
  expect(settlements).toEqual([expect.objectContaining({ outcome: 'unknown' })])
})

test('no data may come behind an error', () => {
  const { memory, settlements } = started()
  memory.feed(...copying, errorResponse({ C: '22012' }), copyData('2\n'))
  expect(memory.session.dead).toBe(true)
  expect(settlements).toEqual([expect.objectContaining({ code: '22012' })])
})
