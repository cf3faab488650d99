import { describe, expect, test } from 'vitest'

import {
  commandComplete,
  dataRow,
  parameterStatus,
  readyForQuery,
  rowDescription,
} from '../../../../test/support/backend-messages.ts'
import { type MemorySession, memorySession } from '../../../../test/support/memory-session.ts'
import type { TargetSessionAttrs } from '../config/connection-settings.ts'
import { isDemoted, reportsReadOnly } from './session-role.ts'

function reporting(hotStandby: string, readOnly: string): MemorySession {
  const memory = memorySession()
  memory.feed(parameterStatus('in_hot_standby', hotStandby), parameterStatus('default_transaction_read_only', readOnly))
  return memory
}

/** Whether a session is demoted that answers a question with `value`, and the question; null if nothing was asked. */
async function asked(
  memory: MemorySession,
  target: TargetSessionAttrs,
  before: boolean | undefined,
  value: string,
): Promise<[boolean, string | null]> {
  const demoted = isDemoted(memory.session, target, before)
  const [message] = memory.written()
  if (message === undefined) return [await demoted, null]
  memory.feed(
    rowDescription({ name: 'answer', typeOid: 25 }),
    dataRow(value),
    commandComplete('SELECT 1'),
    readyForQuery(),
  )
  return [await demoted, JSON.stringify(message)]
}

describe('a session whose server reports what it is', () => {
  test.each<[string, string, boolean]>([
    ['off', 'off', false],
    ['on', 'off', true],
    ['off', 'on', true],
  ])('in_hot_standby %s, default_transaction_read_only %s', (standby, readOnly, expected) => {
    expect(reportsReadOnly(reporting(standby, readOnly).session)).toBe(expected)
  })

  test.each<[TargetSessionAttrs, boolean, string, string, boolean]>([
    // target, read only at login, in_hot_standby and default_transaction_read_only now
    ['read-write', false, 'off', 'off', false],
    ['read-write', false, 'on', 'off', true],
    ['read-write', false, 'off', 'on', true],
    ['primary', false, 'off', 'on', false],
    ['primary', false, 'on', 'off', true],
    ['any', false, 'off', 'off', false],
    ['any', false, 'on', 'off', true],
    ['any', false, 'off', 'on', true],
    ['any', true, 'on', 'off', false],
    ['standby', true, 'on', 'off', false],
    ['prefer-standby', true, 'on', 'off', false],
    ['prefer-standby', false, 'off', 'on', false],
    ['read-only', true, 'off', 'on', false],
  ])('%s, read only before: %s, now %s and %s', async (target, before, standby, readOnly, demoted) => {
    expect(await asked(reporting(standby, readOnly), target, before, '')).toEqual([demoted, null])
  })
})

describe('a session of which nothing is reported is asked', () => {
  test.each<[TargetSessionAttrs, string, string, boolean]>([
    ['read-write', 'show transaction_read_only', 'on', true],
    ['read-write', 'show transaction_read_only', 'off', false],
    ['primary', 'pg_is_in_recovery', 't', true],
    ['primary', 'pg_is_in_recovery', 'f', false],
    // It may be read only at the user's own wish, unless it is a standby.
    ['any', 'pg_is_in_recovery', 't', true],
    ['any', 'pg_is_in_recovery', 'f', false],
  ])('%s: %s is %s', async (target, question, answer, demoted) => {
    const [found, message] = await asked(memorySession(), target, undefined, answer)
    expect(found).toBe(demoted)
    expect(message).toContain(question)
  })

  test('but for one that is to be a standby', async () => {
    expect(await asked(memorySession(), 'standby', undefined, 't')).toEqual([false, null])
  })
})
