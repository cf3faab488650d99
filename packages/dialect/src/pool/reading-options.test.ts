import { expect, test } from 'vitest'

import type { TransactionOptions } from '../client/transaction-options.ts'
import { UsageError } from '../errors/usage-error.ts'
import { readingOptions } from './reading-options.ts'

test.each<[TransactionOptions, TransactionOptions, boolean]>([
  [{}, {}, false],
  [{ replica: false }, {}, false],
  [{ replica: true }, { accessMode: 'read only' }, true],
  [{ accessMode: 'read only' }, { accessMode: 'read only' }, true],
  [{ accessMode: 'read only', replica: undefined }, { accessMode: 'read only' }, true],
  [{ accessMode: 'read only', replica: false }, { accessMode: 'read only' }, false],
  [{ accessMode: 'read write' }, { accessMode: 'read write' }, false],
  [
    { replica: true, isolationLevel: 'serializable' },
    { accessMode: 'read only', isolationLevel: 'serializable' },
    false,
  ],
  [{ accessMode: 'read only', deferrable: true }, { accessMode: 'read only', deferrable: true }, false],
  [{ accessMode: 'read only', deferrable: false }, { accessMode: 'read only', deferrable: false }, true],
])('%j', (options, expected, onReplica) => {
  expect(readingOptions(options)).toEqual({ ...expected, onReplica })
})

test.each([[{ replica: true, accessMode: 'read write' }], [{ replica: 1 }], [{ replica: null }]])(
  '%j is refused',
  (options) => {
    expect(() => readingOptions(options as TransactionOptions)).toThrow(UsageError)
  },
)
