import { expect, test } from 'vitest'

import { EventBuffer } from './event-buffer.ts'
import type { ListenEvent } from './listen-event.ts'

/** 128 bytes and two for each of ten characters. */
const EVENT_BYTES = 148

const notification = (number: number): ListenEvent => ({
  type: 'notification',
  processId: 1,
  channel: 'a',
  payload: String(number).padStart(9, '0'),
})

const lost = (message: string): ListenEvent => ({ type: 'gap', reason: 'connection-lost', cause: new Error(message) })

function told(buffer: EventBuffer): (number | string)[] {
  const events: (number | string)[] = []
  for (let event = buffer.take(); event !== undefined; event = buffer.take()) {
    if (event.type === 'notification') events.push(Number(event.payload))
    else
      events.push(event.reason === 'buffer-full' ? `${event.notifications} dropped` : `lost: ${event.cause?.message}`)
  }
  return events
}

test('what goes in comes out in order, however much has gone through before', () => {
  const buffer = new EventBuffer(100 * EVENT_BYTES)
  let next = 0
  let expected = 0
  for (let round = 0; round < 500; round++) {
    for (let count = 0; count < 7; count++) buffer.add(notification(next++))
    for (let count = 0; count < (round < 10 ? 2 : 7); count++) {
      expect(buffer.take()).toEqual(notification(expected++))
    }
  }
  expect(told(buffer)).toEqual(Array.from({ length: next - expected }, (_, at) => expected + at))
})

test('what does not fit is dropped until half has been taken, and counted in one gap', () => {
  const buffer = new EventBuffer(10 * EVENT_BYTES)
  for (let number = 1; number <= 13; number++) buffer.add(notification(number))
  for (let taken = 1; taken <= 5; taken++) {
    expect(buffer.take()).toEqual(notification(taken))
    buffer.add(notification(100 + taken))
  }
  // Five are left, which is half; with one less, there is room for one more.
  buffer.take()
  buffer.add(notification(14))
  expect(told(buffer)).toEqual([7, 8, 9, 10, '8 dropped', 14])
})

test('an empty buffer takes a notification that is larger than its limit, and no second one', () => {
  const buffer = new EventBuffer(1)
  buffer.add(notification(1))
  buffer.add(notification(2))
  expect(told(buffer)).toEqual([1, '1 dropped'])
  buffer.add(notification(3))
  expect(told(buffer)).toEqual([3])
})

test('two losses with nothing between them are one, and the later is told', () => {
  const buffer = new EventBuffer(10 * EVENT_BYTES)
  buffer.add(lost('first'))
  buffer.add(lost('second'))
  buffer.add(notification(1))
  buffer.add(lost('third'))
  expect(told(buffer)).toEqual(['lost: second', 1, 'lost: third'])
})

test('cleared, it is as new', () => {
  const buffer = new EventBuffer(2 * EVENT_BYTES)
  for (let number = 0; number < 5; number++) buffer.add(notification(number))
  buffer.clear()
  expect(buffer.take()).toBe(undefined)
  buffer.add(notification(6))
  buffer.add(notification(7))
  expect(told(buffer)).toEqual([6, 7])
})
