import { expect, test } from 'vitest'

import { HeldEvents } from './held-events.ts'

function told() {
  const ends: (Error | undefined)[] = []
  const events = {
    notice: () => {},
    notification: () => {},
    closed: (cause: Error | undefined) => void ends.push(cause),
  }
  return { ends, held: new HeldEvents(events) }
}

const cause = new Error('gone')

test('the end of a session that nobody took is nobody’s business', () => {
  const { ends, held } = told()
  held.closed(cause)
  expect(ends).toEqual([])
})

test('an end that came before the session was taken is told then, once', () => {
  const { ends, held } = told()
  held.closed(cause)
  held.release()
  expect(ends).toEqual([cause])
})

test('an end that comes later is told at once', () => {
  const { ends, held } = told()
  held.release()
  expect(ends).toEqual([])
  held.closed(undefined)
  expect(ends).toEqual([undefined])
})
