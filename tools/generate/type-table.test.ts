import { readFile } from 'node:fs/promises'

import { expect, test } from 'vitest'

import { target, withTypeTable } from './type-table.ts'

test('the README’s table of types is what the codecs say', async () => {
  const readme = await readFile(target, 'utf8')
  expect(readme).toBe(withTypeTable(readme))
})

test('a README without a place for the table is refused', () => {
  expect(() => withTypeTable('# nothing')).toThrow('no place')
})
