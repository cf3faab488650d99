import { expect, test } from 'vitest'

import { memorySession } from '../../../../test/support/memory-session.ts'
import { UsageError } from '../errors/usage-error.ts'
import { beginFeeding, beginStream, requireNotFed } from './occupation.ts'

const newSession = () => memorySession().session

test('a COPY that is fed keeps streams, other such COPYs and everything else off its own session', () => {
  const session = newSession()
  const end = beginFeeding(session)
  expect(() => beginStream(session)).toThrow(UsageError)
  expect(() => beginFeeding(session)).toThrow(UsageError)
  expect(() => requireNotFed(session)).toThrow(UsageError)
  const other = newSession()
  requireNotFed(other)
  beginFeeding(other)
  end()
  requireNotFed(session)
  beginStream(session)
})

test('streams that are open keep it off, until each has ended', () => {
  const session = newSession()
  const ends = [beginStream(session), beginStream(session)]
  requireNotFed(session)
  ends[0]?.()
  ends[0]?.()
  expect(() => beginFeeding(session)).toThrow(UsageError)
  ends[1]?.()
  beginFeeding(session)
})
