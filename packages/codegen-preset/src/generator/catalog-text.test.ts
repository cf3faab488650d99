import fc from 'fast-check'
import { expect, test } from 'vitest'

import type { Catalog } from '../catalog/catalog.ts'
import { catalogText } from './catalog-text.ts'

const asCatalog = (value: unknown) => value as Catalog

test('each column, key and label list is a line of its own', () => {
  const catalog = {
    format: 1,
    relations: [
      {
        name: 'a',
        columns: [
          { name: 'x', type: 'int4' },
          { name: 'y', type: 'text' },
        ],
        primaryKey: { columns: ['x'] },
      },
    ],
    types: [{ name: 'mood', labels: ['sad', 'ok'] }],
    routines: [],
  }
  expect(catalogText(asCatalog(catalog))).toBe(`{
  "format": 1,
  "relations": [
    {
      "name": "a",
      "columns": [
        {"name":"x","type":"int4"},
        {"name":"y","type":"text"}
      ],
      "primaryKey": {"columns":["x"]}
    }
  ],
  "types": [
    {"name":"mood","labels":["sad","ok"]}
  ],
  "routines": []
}
`)
})

test('whatever a catalog says is read back as it was', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      expect(JSON.parse(catalogText(asCatalog(value)))).toEqual(JSON.parse(JSON.stringify(value)))
    }),
  )
})
