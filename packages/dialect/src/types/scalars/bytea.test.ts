import { expect, test } from 'vitest'

import { bytea } from './bytea.ts'

test('bytes as long as 16 MB are read from text under bytea_output = escape', () => {
  const length = 0x100_0000
  const bytes = bytea.fromText!('a'.repeat(length) + String.raw`\\\000`)
  expect(bytes.length).toBe(length + 2)
  expect(bytes.subarray(-3)).toEqual(Buffer.from('615c00', 'hex'))
})
