import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { ConnectionError } from '../errors/connection-error.ts'
import { ConnectBudget } from './connect-budget.ts'
import { type Contender, HEAD_START_MS, raceAddresses, type RaceResult } from './race-addresses.ts'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

function failed(message: string): ConnectionError {
  const place = { host: 'db', port: 1, phase: 'connecting', outcome: 'not-sent' } as const
  return new ConnectionError(message, { ...place, code: 'PGWIRE_CONNECT_FAILED' })
}

/** A network in which the test says when a connection is there. */
class Runner implements Contender {
  readonly name: string
  readonly ended: string[] = []
  readonly #arrival = Promise.withResolvers<void>()

  constructor(name: string) {
    this.name = name
  }

  reach(): Promise<void> {
    return this.#arrival.promise
  }

  arrive(): void {
    this.#arrival.resolve()
  }

  fail(error: Error = failed(this.name)): void {
    this.#arrival.reject(error)
  }

  timeOut(timeLimitMs: number): void {
    this.ended.push(`timed out after ${timeLimitMs}`)
    this.fail()
  }

  giveUp(): void {
    this.ended.push('given up')
    this.fail()
  }
}

interface Race {
  readonly started: Runner[]
  readonly result: Promise<RaceResult<Runner>>
}

function race(names: string, budget: ConnectBudget = new ConnectBudget(0), signal?: AbortSignal): Race {
  const started: Runner[] = []
  const entrants = Array.from(names, (name) => () => {
    const runner = new Runner(name)
    started.push(runner)
    return runner
  })
  return { started, result: raceAddresses(entrants, budget, signal) }
}

const names = (runners: Iterable<Runner>): string => Array.from(runners, ({ name }) => name).join('')

test('the first has a head start, and each of the next begins that much later', async () => {
  const { started, result } = race('abc')
  expect(names(started)).toBe('a')
  await vi.advanceTimersByTimeAsync(HEAD_START_MS - 1)
  expect(names(started)).toBe('a')
  await vi.advanceTimersByTimeAsync(1)
  expect(names(started)).toBe('ab')
  await vi.advanceTimersByTimeAsync(HEAD_START_MS)
  expect(names(started)).toBe('abc')
  started[1]!.arrive()
  expect((await result).winner).toBe(started[1])
})

test('who arrives within the head start is alone, and no timer is left', async () => {
  const { started, result } = race('ab', new ConnectBudget(1_000))
  started[0]!.arrive()
  expect(await result).toEqual({ winner: started[0], failures: new Map() })
  expect(names(started)).toBe('a')
  expect(started[0]!.ended).toEqual([])
  expect(vi.getTimerCount()).toBe(0)
})

test('the next begins at once when one has failed', async () => {
  const { started, result } = race('abc')
  started[0]!.fail()
  await vi.advanceTimersByTimeAsync(0)
  expect(names(started)).toBe('ab')
  started[1]!.fail()
  await vi.advanceTimersByTimeAsync(0)
  started[2]!.arrive()
  const { winner, failures } = await result
  expect(winner).toBe(started[2])
  expect(names(failures.keys())).toBe('ab')
})

test('all others are given up, also one that arrives in the same moment, and none of them has failed', async () => {
  const { started, result } = race('abc')
  await vi.advanceTimersByTimeAsync(2 * HEAD_START_MS)
  started[1]!.arrive()
  started[0]!.arrive()
  const { winner, failures } = await result
  expect(winner).toBe(started[1])
  expect(failures.size).toBe(0)
  expect(started.map(({ ended }) => ended)).toEqual([['given up'], [], ['given up']])
})

test('nobody wins when all have failed, in whatever order', async () => {
  const { started, result } = race('ab')
  await vi.advanceTimersByTimeAsync(HEAD_START_MS)
  started[1]!.fail()
  await vi.advanceTimersByTimeAsync(0)
  started[0]!.fail()
  const { winner, failures } = await result
  expect(winner).toBeUndefined()
  expect(names(failures.keys())).toBe('ba')
  expect(vi.getTimerCount()).toBe(0)
})

test('when the time is over, those who run are told of it, and nobody else begins', async () => {
  const { started, result } = race('abc', new ConnectBudget(HEAD_START_MS + 10))
  await vi.advanceTimersByTimeAsync(HEAD_START_MS + 10)
  const { winner, failures } = await result
  expect(winner).toBeUndefined()
  expect(names(failures.keys())).toBe('ab')
  expect(started.map(({ ended }) => ended)).toEqual([['timed out after 260'], ['timed out after 260']])
})

test('when nobody wants it any more, those who run are given up, and nobody else begins', async () => {
  const controller = new AbortController()
  const { started, result } = race('abc', new ConnectBudget(0), controller.signal)
  await vi.advanceTimersByTimeAsync(HEAD_START_MS)
  controller.abort()
  expect((await result).winner).toBeUndefined()
  expect(names(started)).toBe('ab')
  expect(started.map(({ ended }) => ended)).toEqual([['given up'], ['given up']])
})

test('what is no matter of the connection ends the race, and gives the others up', async () => {
  const { started, result } = race('abc')
  const rejected = expect(result).rejects.toThrow('the key cannot be read')
  await vi.advanceTimersByTimeAsync(HEAD_START_MS)
  started[1]!.fail(new Error('the key cannot be read'))
  await rejected
  expect(started.map(({ ended }) => ended)).toEqual([['given up'], []])
  expect(vi.getTimerCount()).toBe(0)
})
