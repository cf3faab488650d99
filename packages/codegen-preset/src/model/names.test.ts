import fc from 'fast-check'
import { expect, test } from 'vitest'

import { isIdentifier, Names, propertyName, typeIdentifier } from './names.ts'

test.each([
  [['user_roles'], 'UserRoles'],
  [['userRoles'], 'UserRoles'],
  [['other', 'mood'], 'OtherMood'],
  [['_under'], 'Under'],
  [['2nd place'], '_2ndPlace'],
  [['a-b c'], 'ABC'],
  [['ärger'], 'Ärger'],
  [['a\u200db\u202ec'], 'ABC'],
  [['!'], 'Unnamed'],
  [[''], 'Unnamed'],
])('%o is called %s', (parts, identifier) => {
  expect(typeIdentifier(...parts)).toBe(identifier)
})

test('whatever the database calls a thing, its type has an identifier', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (name) => isIdentifier(typeIdentifier(name))))
})

test('a name is given once, and then the next that was wished for, and then one with a number', () => {
  const names = new Names()
  const wished = ['Mood', 'MoodType'] as const
  expect([1, 2, 3, 4].map(() => names.take(...wished))).toEqual(['Mood', 'MoodType', 'MoodType2', 'MoodType3'])
})

test.each(['DB', 'Date', 'Generated', 'ColumnType', 'Record', 'class', 'Range', 'Json', 'constructor'])(
  'a table %s hides nothing of that name',
  (name) => {
    const taken = new Names().take(name, `${name}Table`)
    expect(taken).toBe(name === 'constructor' ? name : `${name}Table`)
  },
)

test.each([
  ['id', 'id'],
  ['größe', 'größe'],
  ['a b', '"a b"'],
  ['1', '"1"'],
  ['', '""'],
  ['a"b\n', String.raw`"a\"b\n"`],
  ['__proto__', '"__proto__"'],
  ['constructor', 'constructor'],
])('the property %j is written %s', (name, written) => {
  expect(propertyName(name)).toBe(written)
})
