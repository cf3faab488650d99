/** COPY FROM STDIN on a session in memory: what is written, what may come in which state, and what is told in the end. */
import { describe, expect, test, vi } from 'vitest'

import {
  bindComplete,
  commandComplete,
  copyInResponse,
  copyOutResponse,
  errorResponse,
  parseComplete,
  readyForQuery,
} from '../../../../test/support/backend-messages.ts'
import { type MemorySession, memorySession } from '../../../../test/support/memory-session.ts'
import { SendBuffer } from '../bytes/send-buffer.ts'
import { ProtocolError } from '../errors/protocol-error.ts'
import { type CopyFeeder, CopyInExchange } from './exchanges/copy-in.ts'
import type { Turn } from './session.ts'

interface Flow {
  readonly memory: MemorySession
  readonly exchange: CopyInExchange
  readonly told: unknown[]
  readonly stopped: () => number
  readonly sent: () => string[]
}

function start(): Flow {
  const memory = memorySession()
  const { session } = memory
  const told: unknown[] = []
  const stopped = vi.fn<() => void>()
  let turn: Turn | undefined
  const feeder: CopyFeeder = {
    stopped,
    written: () => turn?.end(),
    resolve: (tag) => void told.push(tag),
    reject: (error) => void told.push(error),
  }
  const exchange = new CopyInExchange(session, 'copy t from stdin', feeder)
  session.turn(
    (started) => {
      turn = started
      started.send(exchange)
    },
    () => {},
  )
  const sent = () => memory.written().map(({ type }) => type)
  return { memory, exchange, told, stopped: () => stopped.mock.calls.length, sent }
}

const opening = [parseComplete(), bindComplete()]
const begun = [...opening, copyInResponse(0, 0)]
const refusal = errorResponse({ C: '22P02' })
const farewell = errorResponse({ S: 'FATAL', V: 'FATAL', C: '57P01', R: 'ProcessInterrupts' })

function data(): SendBuffer {
  const out = new SendBuffer()
  out.raw(Buffer.from('d\0\0\0\x06x\n', 'latin1'))
  return out
}

describe('a COPY FROM STDIN', () => {
  test('keeps others waiting until its Sync is written, and resolves when the server is ready', () => {
    const { memory, exchange, told, sent } = start()
    expect(sent()).toEqual(['parse', 'bind', 'execute'])
    memory.feed(...begun)
    void memory.ask('select 1')
    exchange.send(data())
    expect(sent()).toEqual(['copyData'])
    exchange.finish()
    expect(sent().slice(0, 3)).toEqual(['copyDone', 'sync', 'parse'])
    memory.feed(commandComplete('COPY 1'))
    expect(told).toEqual([])
    memory.feed(readyForQuery())
    expect(told).toEqual([{ command: 'COPY', rowCount: 1 }])
  })

  test('that is given up ends with CopyFail, and rejects with the reason when the server is ready', () => {
    const { memory, exchange, told, sent } = start()
    memory.feed(...begun)
    sent()
    const reason = new Error('enough')
    exchange.giveUp(reason)
    exchange.giveUp(new Error('again'))
    exchange.send(data())
    exchange.finish()
    expect(sent()).toEqual(['copyFail', 'sync'])
    memory.feed(errorResponse({ C: '57014' }))
    expect(told).toEqual([])
    memory.feed(readyForQuery())
    expect(told).toEqual([reason])
  })

  test('that is cancelled ends with CopyFail, and rejects with what the server says', () => {
    const { memory, exchange, told, sent, stopped } = start()
    memory.feed(...begun)
    sent()
    exchange.interrupt()
    expect(stopped()).toBe(1)
    expect(sent()).toEqual(['copyFail', 'sync'])
    memory.feed(errorResponse({ C: '57014' }), readyForQuery())
    expect(told).toMatchObject([{ code: '57014', outcome: 'rolled-back' }])
  })

  test.each([
    ['before the statement is parsed', []],
    ['before the data', opening],
    ['amid the data', begun],
  ])('that is refused %s stops its feeder and syncs at once', (_when, path) => {
    const { memory, exchange, told, sent, stopped } = start()
    sent()
    if (path.length > 0) memory.feed(...path)
    memory.feed(refusal)
    expect(stopped()).toBe(1)
    expect(sent()).toEqual(['sync'])
    exchange.send(data())
    exchange.finish()
    expect(sent()).toEqual([])
    memory.feed(readyForQuery())
    expect(told).toMatchObject([{ code: '22P02', outcome: 'rolled-back' }])
    expect(memory.session.idle).toBe(true)
  })

  test('that fails in its commit rejects, and not only once complete', () => {
    const { memory, exchange, told } = start()
    memory.feed(...begun)
    exchange.finish()
    memory.feed(commandComplete('COPY 1'), errorResponse({ C: '23505' }), readyForQuery())
    expect(told).toMatchObject([{ code: '23505', outcome: 'rolled-back' }])
  })

  test.each([
    ['amid the data', [], false, 'rolled-back'],
    ['behind the data', [], true, 'rolled-back'],
    ['in the commit', [commandComplete('COPY 1')], true, 'unknown'],
  ])('says what is known when the server says goodbye %s', (_when, more, finished, outcome) => {
    const { memory, exchange, told } = start()
    memory.feed(...begun)
    if (finished) exchange.finish()
    if (more.length > 0) memory.feed(...more)
    memory.feed(farewell)
    expect(told).toMatchObject([{ code: '57P01', outcome }])
  })

  test.each([
    ['amid the data', false, 'rolled-back'],
    ['behind the data', true, 'unknown'],
  ])('says what is known when the connection is lost %s', (_when, finished, outcome) => {
    const { memory, exchange, told, stopped } = start()
    memory.feed(...begun)
    memory.written()
    if (finished) exchange.finish()
    memory.written()
    memory.session.lost(new Error('read ECONNRESET'))
    expect(told).toMatchObject([{ code: 'PGWIRE_CONNECTION_LOST', outcome }])
    expect(stopped()).toBe(1)
    exchange.send(data())
    exchange.giveUp(new Error('late'))
    expect(told).toHaveLength(1)
  })

  test.each([
    ['completes before the end of the data', [...begun, commandComplete('COPY 1')]],
    ['completes before the beginning of the data', [...opening, commandComplete('COPY 1')]],
    ['is ready amid the data', [...begun, readyForQuery()]],
    ['sends data itself', [...opening, copyOutResponse(0, 0)]],
    ['begins twice', [...begun, copyInResponse(0, 0)]],
  ])('ends the session of a server that %s', (_what, messages) => {
    const { memory, told } = start()
    memory.written()
    memory.feed(...messages)
    expect(memory.session.dead).toBe(true)
    expect(memory.events.closings).toEqual([expect.any(ProtocolError)])
    expect(told).toEqual([expect.any(ProtocolError)])
    expect(told).toMatchObject([{ outcome: 'rolled-back' }])
  })
})
