import fc from 'fast-check'
import { expect, test } from 'vitest'

import { Queue } from './queue.ts'

interface Item {
  readonly id: number
  next: Item | null
}

test('a queue does what an array does, in any order of adding, shifting and removing', () => {
  const step = fc.oneof(fc.constant('add' as const), fc.constant('shift' as const), fc.nat({ max: 12 }))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = new Queue<Item>()
      let model: Item[] = []
      for (const [id, each] of steps.entries()) {
        if (each === 'add') {
          const item = { id, next: null }
          queue.add(item)
          model.push(item)
        } else if (each === 'shift') {
          expect(queue.shift()).toBe(model.shift() ?? null)
        } else {
          const wanted = model[each]
          expect(queue.remove((item) => item === wanted)).toBe(wanted ?? null)
          model = model.filter((item) => item !== wanted)
        }
        expect([queue.first, queue.last, queue.length]).toStrictEqual([
          model[0] ?? null,
          model.at(-1) ?? null,
          model.length,
        ])
      }
      const drained: (Item | null)[] = []
      while (queue.first !== null) drained.push(queue.shift())
      expect(drained).toStrictEqual(model)
    }),
  )
})

test('what has left the queue keeps nothing else alive', () => {
  const queue = new Queue<Item>()
  const items = [1, 2, 3].map((id): Item => ({ id, next: null }))
  for (const item of items) queue.add(item)
  queue.remove((item) => item.id === 2)
  queue.shift()
  expect(items.map((item) => item.next)).toStrictEqual([null, null, null])
})
