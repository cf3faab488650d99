/** When it is for the server to say something. */
import { describe, expect, test, vi } from 'vitest'

import {
  bindComplete,
  commandComplete,
  copyInResponse,
  parseComplete,
  portalSuspended,
  readyForQuery,
} from '../../../../test/support/backend-messages.ts'
import { memorySession } from '../../../../test/support/memory-session.ts'
import { DeadPeerWatch } from './dead-peer-watch.ts'
import type { Exchange } from './exchange.ts'
import { CopyInExchange } from './exchanges/copy-in.ts'

function simple(properties: Partial<Exchange> = {}): Exchange {
  const nothing = (): void => {}
  return {
    next: null,
    write: (out) => out.raw(Buffer.from('x')),
    row: nothing,
    message: nothing,
    error: nothing,
    ready: nothing,
    fail: nothing,
    ...properties,
  }
}

describe('an answer is owed', () => {
  test('from the write to the answer', () => {
    const { session, written, feed } = memorySession()
    expect(session.owed).toBe(false)
    session.send(simple())
    expect(session.owed).toBe(false)
    written()
    expect(session.owed).toBe(true)
    feed(readyForQuery())
    expect(session.owed).toBe(false)
  })

  test('while others wait to be written behind it', () => {
    const { session, written } = memorySession()
    session.send(simple())
    written()
    session.send(simple())
    expect(session.owed).toBe(true)
  })

  test('but not while we do not read', () => {
    const { session, written } = memorySession()
    session.send(simple())
    written()
    session.pauseReading()
    expect(session.owed).toBe(false)
    session.resumeReading()
    expect(session.owed).toBe(true)
  })

  test('and not by a portal that waits for us, unless something is behind it', () => {
    const { session, written } = memorySession()
    session.send(simple({ suspended: true }))
    written()
    expect(session.owed).toBe(false)
    session.send(simple())
    written()
    expect(session.owed).toBe(true)
  })

  test('by a COPY that is fed: before it begins, while the socket takes no more, and behind its end', () => {
    const { session, written, feed } = memorySession()
    const feeder = { stopped: () => {}, written: () => {}, resolve: () => {}, reject: () => {} }
    const copy = new CopyInExchange(session, 'copy t from stdin', feeder)
    session.send(copy)
    written()
    expect(session.owed).toBe(true)
    feed(parseComplete(), bindComplete(), copyInResponse(0, 0))
    expect(session.owed).toBe(false)
    session.congestion(true)
    expect(session.owed).toBe(true)
    session.congestion(false)
    expect(session.owed).toBe(false)
    copy.finish()
    written()
    expect(session.owed).toBe(true)
    feed(commandComplete('COPY 0'), readyForQuery())
    expect(session.owed).toBe(false)
  })
})

test('every byte counts as received, also of a message that is not complete', () => {
  const { session, written, feed } = memorySession()
  session.send(simple())
  written()
  const suspended = portalSuspended()
  feed(suspended.subarray(0, 3))
  expect(session.receivedBytes).toBe(3)
  feed(suspended.subarray(3))
  expect(session.receivedBytes).toBe(suspended.length)
  feed(readyForQuery(), Buffer.from('N'))
  expect(session.receivedBytes).toBe(suspended.length + readyForQuery().length + 1)
})

test('the watch hears of each write, and of the end', () => {
  const { session, written } = memorySession()
  const watch = new DeadPeerWatch(session, async () => null, 1_000)
  session.watch = watch
  const begin = vi.spyOn(watch, 'begin')
  const stop = vi.spyOn(watch, 'stop')
  session.send(simple())
  session.send(simple())
  expect(begin).not.toHaveBeenCalled()
  written()
  expect(begin).toHaveBeenCalledTimes(1)
  session.lost()
  expect(stop).toHaveBeenCalledTimes(1)
})
