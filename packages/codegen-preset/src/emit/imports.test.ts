import { expect, test } from 'vitest'

import { Imports } from './imports.ts'

test('names of the driver become imports, and those of other modules stay where they are', () => {
  const imports = new Imports()
  const text = "import('kysely-pgwire/types').Range<import('temporal-polyfill').Temporal.Instant>"
  expect(imports.collect(text)).toBe("Range<import('temporal-polyfill').Temporal.Instant>")
  expect(imports.text(true)).toBe("import type { Range } from 'kysely-pgwire/types'\n")
})

test('a name that is imported from elsewhere stays with its module', () => {
  const imports = new Imports()
  imports.add('Range', './ranges.ts#OwnRange')
  const text = "import('kysely-pgwire/types').Range<number>"
  expect(imports.collect(text)).toBe(text)
  expect(imports.text(false)).toBe("import { OwnRange as Range } from './ranges.ts'\n")
})

test('a name that the file has given to something else stays with its module', () => {
  const imports = new Imports(new Set(['Codec']))
  const text = "import('kysely-pgwire/types').Codec | import('kysely-pgwire/types').Json"
  expect(imports.collect(text)).toBe("import('kysely-pgwire/types').Codec | Json")
  expect(imports.text(true)).toBe("import type { Json } from 'kysely-pgwire/types'\n")
})

test('imports are in the order of modules and names', () => {
  const imports = new Imports()
  for (const name of ['b', 'a']) imports.add(name, 'z')
  imports.add('c', 'y')
  expect(imports.text(true)).toBe("import type { c } from 'y'\nimport type { a, b } from 'z'\n")
})
