import { expect, test } from 'vitest'

import { addCustomImports } from './custom-imports.ts'
import { Imports } from './imports.ts'

function importsOf(custom: Readonly<Record<string, string>>, code: string): string {
  const imports = new Imports()
  addCustomImports(imports, custom, code)
  return imports.text(true)
}

test.each([
  ['a: Money | null', true],
  ['a: List<Money>', true],
  ['a: `${Money}`', true],
  ['a: "Money"', false],
  ['/** Money */ a: string', false],
  ['a: Moneys', false],
  ['a: Bank.Money', false],
])('%s: whether the name is imported is %o', (code, used) => {
  expect(importsOf({ Money: './money.ts' }, code)).toBe(used ? "import type { Money } from './money.ts'\n" : '')
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
  expect(importsOf({ ColumnType: 'kysely' }, 'ColumnType<A, B, C>')).toBe("import type { ColumnType } from 'kysely'\n")
})

test.each([{ 'a b': './m' }, { A: './m#a b' }, { A: '' }, { class: './m' }, { A: './m#' }])(
  '%o is refused',
  (custom) => {
    expect(() => importsOf(custom, '')).toThrow(/is not the name of something in a module/)
  },
)
