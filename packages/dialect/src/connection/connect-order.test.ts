import { expect, test } from 'vitest'

import type { ServerAddress } from '../config/connection-settings.ts'
import { alternateFamilies, connectOrder } from './connect-order.ts'

/** Marsaglia's, which gives the same numbers in each run. */
function pseudoRandom(): () => number {
  let state = 88_675_123
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

test('disable leaves the order as it is', () => {
  expect(connectOrder(['a', 'b', 'c'], 'disable')).toEqual(['a', 'b', 'c'])
})

test('random gives each host each place as often as the others', () => {
  const hosts = ['a', 'b', 'c', 'd']
  const random = pseudoRandom()
  const rounds = 20_000
  const counts = new Map<string, number>()
  for (let round = 0; round < rounds; round++) {
    const order = connectOrder(hosts, 'random', random)
    expect([...order].sort()).toEqual(hosts)
    for (const [place, host] of order.entries()) {
      const key = `${host} at ${place}`
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
  }
  expect(counts.size).toBe(16)
  for (const count of counts.values()) expect(Math.abs(count / rounds - 0.25)).toBeLessThan(0.025)
  expect(hosts).toEqual(['a', 'b', 'c', 'd'])
})

test('one host or none stays so', () => {
  expect(connectOrder(['a'], 'random')).toEqual(['a'])
  expect(connectOrder([], 'random')).toEqual([])
})

const place = (hostaddr: string): ServerAddress => ({ kind: 'tcp', host: 'db', port: 1, hostaddr })

test.each([
  [[], []],
  [['::1'], ['::1']],
  [
    ['::1', '::2', '10.0.0.1', '10.0.0.2'],
    ['::1', '10.0.0.1', '::2', '10.0.0.2'],
  ],
  [
    ['10.0.0.1', '::1', '::2', 'fe80::1%lo', '10.0.0.2'],
    ['10.0.0.1', '::1', '10.0.0.2', '::2', 'fe80::1%lo'],
  ],
  [
    ['10.0.0.2', '10.0.0.1', '10.0.0.3'],
    ['10.0.0.2', '10.0.0.1', '10.0.0.3'],
  ],
])('%j are tried in the order %j', (found, expected) => {
  expect(alternateFamilies(found.map(place))).toEqual(expected.map(place))
})
