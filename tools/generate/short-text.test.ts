import { readFile } from 'node:fs/promises'

import { expect, test } from 'vitest'

import { shortTextSource, target } from './short-text.ts'

test('the generated file is what the generator writes', async () => {
  expect(await readFile(target, 'utf8')).toBe(shortTextSource())
})
