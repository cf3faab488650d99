import fc from 'fast-check'
import { expect, test } from 'vitest'

import { type Waiter, Waiters } from './waiters.ts'

interface Named extends Waiter<string> {
  readonly name: number
}

function waiter(name: number, settled: number[] = []): Named {
  return {
    name,
    order: name,
    pace: null,
    resolve: () => {},
    reject: () => {},
    settled: () => void settled.push(name),
    next: null,
  }
}

const nameOf = (taken: Waiter<string> | null) => (taken as Named | null)?.name

test('the one who has waited longest is taken first, and settled', () => {
  const settled: number[] = []
  const waiters = new Waiters<string>()
  for (const name of [1, 2, 3]) waiters.add(waiter(name, settled))
  expect([nameOf(waiters.take()), nameOf(waiters.take())]).toEqual([1, 2])
  expect(settled).toEqual([1, 2])
  expect(waiters.length).toBe(1)
})

test('taking from nobody gives null', () => {
  expect(new Waiters<string>().take()).toBeNull()
})

test('one that was taken cannot be removed any more', () => {
  const settled: number[] = []
  const waiters = new Waiters<string>()
  const first = waiter(1, settled)
  waiters.add(first)
  waiters.add(waiter(2, settled))
  waiters.take()
  waiters.remove(first)
  expect(waiters.length).toBe(1)
  expect(settled).toEqual([1])
})

test('rejectAll gives each its own error, in order', () => {
  const rejected: unknown[] = []
  const waiters = new Waiters<string>()
  for (const name of [1, 2]) waiters.add({ ...waiter(name), reject: (error) => void rejected.push(error) })
  let count = 0
  waiters.rejectAll(() => ++count)
  expect(rejected).toEqual([1, 2])
  expect(waiters.length).toBe(0)
})

test('one who waits again while all are rejected is rejected too', () => {
  const waiters = new Waiters<string>()
  let rejections = 0
  const again: Waiter<string> = {
    ...waiter(1),
    reject: () => {
      if (++rejections < 3) waiters.add(again)
    },
  }
  waiters.add(again)
  waiters.rejectAll(() => 'no')
  expect(rejections).toBe(3)
})

test('behaves like an array from which people leave at any place', () => {
  const steps = fc.array(fc.oneof(fc.constant('add' as const), fc.constant('take' as const), fc.nat({ max: 8 })))
  fc.assert(
    fc.property(steps, (list) => {
      const waiters = new Waiters<string>()
      const model: Named[] = []
      let names = 0
      for (const step of list) {
        if (step === 'add') {
          const added = waiter(names++)
          waiters.add(added)
          model.push(added)
        } else if (step === 'take') {
          expect(nameOf(waiters.take())).toBe(model.shift()?.name)
        } else {
          const [leaving] = model.splice(step, 1)
          if (leaving !== undefined) waiters.remove(leaving)
        }
        expect(waiters.length).toBe(model.length)
      }
    }),
  )
})
