import { expect, test } from 'vitest'

import { type ColumnRules, columnText } from './column-text.ts'

const plain: ColumnRules = {
  nullable: false,
  notNull: true,
  optional: false,
  insertable: true,
  updatable: true,
  generated: false,
}
const one = { select: 'number', insert: 'number' }
const two = { select: 'Date', insert: 'Date | string' }

test.each<[string, Partial<ColumnRules>, string, string]>([
  ['as it is', {}, 'number', 'Timestamp'],
  ['nullable', { nullable: true, notNull: false }, 'number | null', 'Timestamp | null'],
  ['with a default', { optional: true }, 'Generated<number>', 'Generated<Timestamp>'],
  ['nullable with a default', { nullable: true, notNull: false, optional: true }, 'number | null', 'Timestamp | null'],
  [
    'of a NOT NULL domain: refused when it is written, and yet to be read',
    { nullable: true },
    'ColumnType<number | null, number, number>',
    'ColumnType<Date | null, Date | string, Date | string>',
  ],
  [
    'generated',
    { insertable: false, updatable: false, generated: true },
    'GeneratedAlways<number>',
    'GeneratedAlways<Date>',
  ],
  [
    'of a view that nothing can be written to',
    { insertable: false, updatable: false, nullable: true },
    'ReadOnly<number | null>',
    'ReadOnly<Date | null>',
  ],
  [
    'of a view that can be updated only',
    { insertable: false },
    'ColumnType<number, never, number>',
    'ColumnType<Date, never, Date | string>',
  ],
])('a column %s', (_, rules, text, aliased) => {
  expect(columnText(one, { ...plain, ...rules }, undefined)).toBe(text)
  expect(columnText(two, { ...plain, ...rules }, 'Timestamp')).toBe(aliased)
})

test('a column of two types without a name for them', () => {
  expect(columnText(two, plain, undefined)).toBe('ColumnType<Date, Date | string, Date | string>')
  expect(columnText(two, { ...plain, optional: true }, undefined)).toBe(
    'ColumnType<Date, Date | string | undefined, Date | string>',
  )
})
