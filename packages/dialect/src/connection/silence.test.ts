import { expect, test } from 'vitest'

import { LOOKS, Silence } from './silence.ts'

/** What the looks of one silence say. */
function looks(silence: Silence, ...seen: readonly (readonly [owed: boolean, receivedBytes: number])[]): boolean[] {
  return seen.map(([owed, receivedBytes]) => silence.lasts(owed, receivedBytes))
}

const nothingNew = (count: number): (readonly [boolean, number])[] => Array.from({ length: count }, () => [true, 7])

test('it lasts too long when so many looks behind the first have found nothing new', () => {
  const seen = looks(new Silence(), ...nothingNew(LOOKS + 2))
  expect(seen).toEqual([...Array.from({ length: LOOKS }, () => false), true, true])
})

test('a single byte breaks it', () => {
  const seen = looks(new Silence(), ...nothingNew(LOOKS), [true, 8], [true, 8], [true, 8], [true, 8], [true, 8])
  expect(seen.indexOf(true)).toBe(seen.length - 1)
})

test('what nobody owes is no silence, whatever came before', () => {
  const seen = looks(new Silence(), ...nothingNew(LOOKS), [false, 7], ...nothingNew(LOOKS), [true, 7])
  expect(seen.indexOf(true)).toBe(seen.length - 1)
})

test('it begins anew behind a sign of life', () => {
  const silence = new Silence()
  looks(silence, ...nothingNew(LOOKS + 1))
  silence.broken()
  expect(looks(silence, ...nothingNew(LOOKS))).toEqual([false, false, false, true])
})

test('a session that has received nothing yet is silent, too', () => {
  const silence = new Silence()
  expect(looks(silence, ...Array.from({ length: LOOKS + 1 }, () => [true, 0] as const)).at(-1)).toBe(true)
})
