import { expect, test } from 'vitest'

import { listenStatement, requireChannel, unlistenStatement } from './channel-name.ts'

test.each([
  ['jobs', '"jobs"'],
  ['Jobs', '"Jobs"'],
  ['"', '""""'],
  ['a"; drop table b; --', '"a""; drop table b; --"'],
  ['\\', '"\\"'],
  [' ', '" "'],
])('the channel %s is quoted as an identifier', (channel, quoted) => {
  expect(requireChannel(channel)).toBe(channel)
  expect(listenStatement(channel)).toBe(`listen ${quoted}`)
  expect(unlistenStatement(channel)).toBe(`unlisten ${quoted}`)
})

test('63 bytes are a name, and 64 are not, however many characters that is', () => {
  for (const channel of ['x'.repeat(63), 'é'.repeat(31), '🐘'.repeat(15) + 'xxx'])
    expect(requireChannel(channel)).toBe(channel)
  for (const channel of ['x'.repeat(64), 'é'.repeat(32), '🐘'.repeat(16)]) {
    expect(() => requireChannel(channel)).toThrow('may have 63 bytes, and this one has 64')
  }
})
