import { expect, test } from 'vitest'

import { addCustomImports } from './custom-imports.ts'
import { Imports } from './imports.ts'

function importsOf(custom: Readonly<Record<string, string>>, ...used: readonly string[]): string {
  const imports = new Imports()
  addCustomImports(imports, custom, new Set(used))
  return imports.text(true)
}

test('of the names only those that are used are imported', () => {
  expect(importsOf({ Money: './money.ts', Other: './other.ts' }, 'Money')).toBe(
    "import type { Money } from './money.ts'\n",
  )
  expect(importsOf({ Money: './money.ts' }, 'Moneys')).toBe('')
})

test('a name that the file has given to something else is refused where it is used', () => {
  const imports = new Imports()
  const declared = new Set(['MoodValues'])
  addCustomImports(imports, { MoodValues: './m.ts' }, new Set(), declared)
  expect(imports.text(true)).toBe('')
  expect(() => addCustomImports(imports, { MoodValues: './m.ts' }, declared, declared)).toThrow(
    'The file has its own MoodValues.',
  )
})

test('a name may be another one in its module, and the module one of the package’s own', () => {
  expect(importsOf({ A: './m#B' }, 'A')).toBe("import type { B as A } from './m'\n")
  expect(importsOf({ A: '#types' }, 'A')).toBe("import type { A } from '#types'\n")
  expect(importsOf({ A: '#types/m.ts#B' }, 'A')).toBe("import type { B as A } from '#types/m.ts'\n")
})

test('a module is one, whatever it is called', () => {
  expect(importsOf({ A: "./it's\\" }, 'A')).toBe(String.raw`import type { A } from './it\'s\\'` + '\n')
})

test.each(['DB', 'Generated', 'Narrows', 'brand', 'keys', 'profile', 'ColumnType'])(
  'the file has its own %s',
  (name) => {
    expect(() => importsOf({ [name]: './own.ts' }, name)).toThrow(`The file has its own ${name}.`)
  },
)

test('what the file imports from Kysely may be asked for', () => {
  expect(importsOf({ ColumnType: 'kysely' }, 'ColumnType')).toBe("import type { ColumnType } from 'kysely'\n")
})

test.each([{ 'a b': './m' }, { A: './m#a b' }, { A: '' }, { class: './m' }, { A: './m#' }])(
  '%o is refused',
  (custom) => {
    expect(() => importsOf(custom)).toThrow(/is not the name of something in a module/)
  },
)
