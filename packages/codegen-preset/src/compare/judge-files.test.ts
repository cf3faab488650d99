import { expect, test } from 'vitest'

import type { Catalog } from '../catalog/catalog.ts'
import { GenerationError } from '../model/generation-error.ts'
import { judgeFiles, judgementText } from './judge-files.ts'
import { small, withAge, withUsers } from './small-catalog.cases.ts'

const textOf = (catalog: Catalog): string =>
  `// ${catalog.relations[0]?.columns.map(({ type }) => type).join()}\n// end\n`
const changed = withAge({ type: 'text' })
const unseen = withUsers({ deletable: false })
const fresh = { types: textOf(small), snapshot: JSON.stringify(small), catalog: small, textOf }

const FRESH = ['fresh', 'fresh', []]

test.each<[string, object, unknown[]]>([
  ['all is as it was', {}, FRESH],
  ['lines end otherwise', { types: textOf(small).replaceAll('\n', '\r\n') }, FRESH],
  ['only the server is another', { catalog: { ...small, serverVersion: 18 } }, FRESH],
  ['something has changed that the file does not say', { catalog: unseen }, FRESH],
  [
    'that counts, strictly',
    { catalog: unseen, strict: true },
    ['fresh', 'stale', ['The snapshot is not what the database is now: generate again, or migrate the database']],
  ],
  [
    'the database has changed',
    { catalog: changed },
    [
      'stale',
      'stale',
      [
        'The types and the snapshot are of one database, and this one is another: generate again, or migrate the database',
      ],
    ],
  ],
  [
    'the database has changed, and only the types were generated again',
    { catalog: changed, types: textOf(changed) },
    ['fresh', 'stale', ['The snapshot is not what the database is now: generate again, or migrate the database']],
  ],
  [
    'the types were changed by hand',
    { types: '// own' },
    [
      'foreign',
      'fresh',
      [
        'The file of types is not what is generated from the database, which is as the snapshot says: it was changed by hand, or generated with other options or by another version',
      ],
    ],
  ],
  ['the types are missing', { types: null }, ['missing', 'fresh', ['The file of types is missing: generate it']]],
  ['the snapshot is missing', { snapshot: null }, ['fresh', 'missing', ['The snapshot is missing: generate it']]],
  ['the snapshot is none', { snapshot: '<' }, ['fresh', 'unreadable', ['The snapshot is not JSON: generate it again']]],
  ['no snapshot is kept', { snapshot: undefined }, ['fresh', undefined, []]],
  [
    'no snapshot is kept, and the database has changed',
    { snapshot: undefined, catalog: changed },
    [
      'stale',
      undefined,
      ['The file of types is not what the database is now: generate again, or migrate the database'],
    ],
  ],
])('%s', (_, files, expected) => {
  const { types, snapshot, sentences } = judgeFiles({ ...fresh, ...files })
  expect([types, snapshot, sentences]).toEqual(expected)
})

test('a snapshot that the options of now do not fit says nothing about the types', () => {
  const fitting = (catalog: Catalog): string => {
    if (catalog.relations[0]?.columns[2]?.type === 'int4') throw new GenerationError('There is no column users.aged')
    return textOf(catalog)
  }
  expect(judgeFiles({ ...fresh, catalog: changed, textOf: fitting })).toMatchObject({
    types: 'foreign',
    snapshot: 'stale',
  })
})

test('the report says what is out of date, and what has changed', () => {
  const catalog = { ...withAge({ type: 'text' }), serverVersion: 18 }
  expect(judgementText(judgeFiles({ ...fresh, catalog }))).toBe(
    `The types and the snapshot are of one database, and this one is another: generate again, or migrate the database
From the snapshot to the database:
server: PostgreSQL 17 → 18 (no change of the schema)
public.users.age: int4 → text
`,
  )
  expect(judgementText(judgeFiles(fresh))).toBe('')
})
