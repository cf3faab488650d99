import fc from 'fast-check'
import { expect, test } from 'vitest'

import { anyCatalog } from './any-catalog.cases.ts'
import { parseSnapshot } from './parse-snapshot.ts'
import { small } from './small-catalog.cases.ts'
import { SnapshotError } from './snapshot-error.ts'

const text = JSON.stringify(small, null, 2)

test('what was written is read, however its lines end and whatever stands before it', () => {
  expect(parseSnapshot(text)).toEqual(small)
  expect(parseSnapshot(`\uFEFF${text.replaceAll('\n', '\r\n')}`)).toEqual(small)
})

const HOSTILE: readonly (readonly [text: string, message: string])[] = [
  ['', 'The snapshot is not JSON'],
  ['{"password":"secret"', 'The snapshot is not JSON'],
  ['[', 'The snapshot is not JSON'],
  ['['.repeat(1_000_000), 'The snapshot is not JSON'],
  [`<<<<<<< HEAD\n${text}\n=======\n${text}\n>>>>>>> other`, 'The snapshot has conflicts of a merge in it'],
  ['null', 'The snapshot has to be an object'],
  ['[]', 'The snapshot has to be an object'],
  ['{}', 'The snapshot has no format'],
  ['{"format":2}', 'The snapshot has format 2, and this version reads 1: generate it again'],
  ['{"format":"secret"}', "The snapshot's format has to be one of 1"],
  ['{"format":1,"serverVersion":17,"relations":[],"types":[]}', 'The snapshot has no routines'],
  ['{"format":1,"serverVersion":-1}', "The snapshot's serverVersion has to be a whole number"],
  [
    text.replace('"partition": false', '"partition": 0'),
    "The snapshot's relations[0].partition has to be true or false",
  ],
  [
    text.replace('"dimensions": 0', '"dimensions": 9007199254740991'),
    "The snapshot's relations[0].columns[0].dimensions has to be a whole number up to 32767",
  ],
  [text.replace('"email"', '"id"'), 'The snapshot has relations[0].columns[1] twice'],
  [text.replace('"ok"', '"sad"'), 'The snapshot has types[1].labels[1] twice'],
  [
    text.replace('"enum"', '"secret"'),
    "The snapshot's types[1].kind has to be one of enum, domain, composite, range, multirange, base",
  ],
  [
    text.replace('"enum"', '"toString"'),
    "The snapshot's types[1].kind has to be one of enum, domain, composite, range, multirange, base",
  ],
  [text.replace('"types": [', '"secret": 1, "types": ['), 'The snapshot has something that is no part of a catalog'],
  [
    text.replace('"identity": "always"', '"identity": "never"'),
    "The snapshot's relations[0].columns[0].identity has to be one of always, by default, null",
  ],
  [
    text.replace('"nullable": false', '"nullable": false, "__proto__": {}'),
    'The snapshot has something in relations[0].columns[0] that is no part of a catalog',
  ],
]

test.each(HOSTILE.map(([hostile, message], index) => [index, message, hostile] as const))(
  'hostile text %i: %s',
  (_, message, hostile) => {
    expect(() => parseSnapshot(hostile)).toThrow(new SnapshotError(message))
  },
)

test('whatever stands somewhere in it, it is a catalog or a SnapshotError, which does not repeat it', () => {
  const hostile = fc.oneof(fc.jsonValue(), fc.constant('\u0001 secret'))
  fc.assert(
    fc.property(anyCatalog, hostile, fc.nat(), (catalog, value, at) => {
      // Every value in the catalog in turn, by the number of the one that is replaced.
      let number = 0
      const replaced = JSON.stringify(catalog, (_, old: unknown) => (number++ === at % 200 ? value : old)) ?? ''
      try {
        parseSnapshot(replaced)
      } catch (error) {
        expect(error).toBeInstanceOf(SnapshotError)
        expect((error as SnapshotError).message).not.toContain('secret')
        expect((error as SnapshotError).code).toBe('PGWIRE_CODEGEN_SNAPSHOT')
      }
    }),
    { numRuns: 500 },
  )
})
