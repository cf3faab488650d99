import { expect, test } from 'vitest'

import { UsageError } from '../errors/usage-error.ts'
import { beginStatement, requiredSettings, type TransactionOptions } from './transaction-options.ts'

test.each<[TransactionOptions, string]>([
  [{}, 'begin'],
  [{ isolationLevel: undefined }, 'begin'],
  [{ isolationLevel: 'serializable' }, 'begin isolation level serializable'],
  [{ accessMode: 'read only' }, 'begin read only'],
  [{ deferrable: false }, 'begin not deferrable'],
  [
    { isolationLevel: 'repeatable read', accessMode: 'read write', deferrable: true },
    'begin isolation level repeatable read, read write, deferrable',
  ],
])('%j begins with %s', (options, sql) => {
  expect(beginStatement(options)).toBe(sql)
})

test.each([
  { isolationLevel: 'snapshot' },
  { isolationLevel: 'READ COMMITTED' },
  { isolationLevel: 'serializable; drop table t' },
  { accessMode: 'read' },
  { accessMode: null },
  { deferrable: 'yes' },
])('%j is refused', (options) => {
  expect(() => beginStatement(options as never)).toThrow(UsageError)
  expect(() => requiredSettings(options as never)).toThrow(UsageError)
})
