import { expect, test } from 'vitest'

import { SessionChanges } from './session-changes.ts'

test('a setting that is what it was again is no change', () => {
  const changes = new SessionChanges()
  changes.noteSetting('TimeZone', 'UTC', 'Asia/Tokyo')
  expect(changes.any).toBe(true)
  changes.noteSetting('TimeZone', 'Asia/Tokyo', 'Europe/Oslo')
  expect(changes.any).toBe(true)
  changes.noteSetting('TimeZone', 'Europe/Oslo', 'UTC')
  expect(changes.any).toBe(false)
})

test('a report of the same value is no change', () => {
  const changes = new SessionChanges()
  changes.noteSetting('TimeZone', 'UTC', 'UTC')
  expect(changes.any).toBe(false)
})

test('what a statement has left stays until it is forgotten', () => {
  const changes = new SessionChanges()
  changes.noteTraces()
  changes.noteSetting('DateStyle', undefined, 'ISO, MDY')
  expect(changes.any).toBe(true)
  changes.forget()
  expect(changes.any).toBe(false)
  changes.noteSetting('DateStyle', 'ISO, MDY', 'German')
  expect(changes.any).toBe(true)
})
