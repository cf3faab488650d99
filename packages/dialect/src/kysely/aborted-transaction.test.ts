import { AbortedTransactionError } from 'kysely'
import { expect, test } from 'vitest'

import { abortedTransaction } from './aborted-transaction.ts'

const SYMBOL = Symbol.for('kysely.AbortedTransactionError')

test('is Kysely’s own error where Kysely has one', () => {
  expect(abortedTransaction()).toBeInstanceOf(AbortedTransactionError)
})

test('carries the symbol by which Kysely recognises its own error where Kysely has none', () => {
  const error = abortedTransaction({})
  expect(error).toBeInstanceOf(Error)
  expect(error).not.toBeInstanceOf(AbortedTransactionError)
  expect(Reflect.get(error, SYMBOL)).toBe(Reflect.get(new AbortedTransactionError(), SYMBOL))
})
