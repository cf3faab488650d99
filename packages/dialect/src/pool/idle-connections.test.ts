import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { IdleConnections, type Keepable } from './idle-connections.ts'

class Kept implements Keepable {
  alive = true
  since = 0
  readonly name: string

  constructor(name: string) {
    this.name = name
  }

  ref(): void {
    this.alive = true
  }

  unref(): void {
    this.alive = false
  }
}

const TIMEOUT_MS = 1_000

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

function idleConnections(keep: (kept: Kept) => boolean = () => false) {
  const expired: string[] = []
  const idle = new IdleConnections<Kept>(TIMEOUT_MS, (connection) => {
    if (keep(connection)) return false
    expired.push(connection.name)
    return true
  })
  return { idle, expired }
}

test('the last one in is the first one out', () => {
  const { idle } = idleConnections()
  for (const name of ['a', 'b', 'c']) idle.add(new Kept(name))
  expect([idle.take()?.name, idle.take()?.name, idle.take()?.name, idle.take()]).toEqual(['c', 'b', 'a', null])
})

test('keeps the process alive only while it is taken', () => {
  const { idle } = idleConnections()
  const connection = new Kept('a')
  idle.add(connection)
  expect(connection.alive).toBe(false)
  idle.take()
  expect(connection.alive).toBe(true)
})

test('expires what was idle for the time, each at its own time', () => {
  const { idle, expired } = idleConnections()
  idle.add(new Kept('a'))
  vi.advanceTimersByTime(600)
  idle.add(new Kept('b'))
  vi.advanceTimersByTime(399)
  expect(expired).toEqual([])
  vi.advanceTimersByTime(1)
  expect(expired).toEqual(['a'])
  vi.advanceTimersByTime(600)
  expect(expired).toEqual(['a', 'b'])
  expect(idle.size).toBe(0)
})

test('the time starts anew when it was taken in between', () => {
  const { idle, expired } = idleConnections()
  idle.add(new Kept('a'))
  vi.advanceTimersByTime(900)
  idle.add(idle.take()!)
  vi.advanceTimersByTime(999)
  expect(expired).toEqual([])
  vi.advanceTimersByTime(1)
  expect(expired).toEqual(['a'])
})

test('what has to be kept does not put off what has not', () => {
  const { idle, expired } = idleConnections((kept) => kept.name === 'a')
  idle.add(new Kept('a'))
  vi.advanceTimersByTime(500)
  idle.add(new Kept('b'))
  vi.advanceTimersByTime(1_000)
  expect(expired).toEqual(['b'])
  expect(idle.size).toBe(1)
})

test('what has died can be taken out once', () => {
  const { idle } = idleConnections()
  const connection = new Kept('a')
  idle.add(connection)
  expect([idle.remove(connection), idle.remove(connection), idle.size]).toEqual([true, false, 0])
})

test('nothing expires after stop', () => {
  const { idle, expired } = idleConnections()
  idle.add(new Kept('a'))
  idle.stop()
  vi.advanceTimersByTime(5_000)
  expect(expired).toEqual([])
})

test('0 keeps for ever', () => {
  const idle = new IdleConnections<Kept>(0, () => {
    throw new Error('expired')
  })
  idle.add(new Kept('a'))
  vi.advanceTimersByTime(1_000_000)
  expect(idle.size).toBe(1)
})

test('what is put back keeps its place and its age', () => {
  const { idle, expired } = idleConnections()
  const [a, b] = [new Kept('a'), new Kept('b')]
  idle.add(a)
  vi.advanceTimersByTime(400)
  idle.add(b)
  expect(idle.takeAll((connection) => connection === a)).toEqual([a])
  expect([a.alive, idle.size]).toEqual([true, 1])
  idle.restore(a)
  expect([a.alive, idle.next?.name]).toEqual([false, 'b'])
  vi.advanceTimersByTime(600)
  expect(expired).toEqual(['a'])
})
