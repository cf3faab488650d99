import { expect, test } from 'vitest'

import { StalePlans } from './stale-plans.ts'

test('what is suspected is no more once it is known whether there is a pooler', () => {
  const plans = new StalePlans()
  plans.suspect('a')
  plans.suspect('b')
  expect(['a', 'b', 'c'].map((sql) => plans.isSuspected(sql))).toEqual([true, true, false])
  plans.settle('a', true)
  plans.settle('b', false)
  expect(['a', 'b'].map((sql) => plans.isSuspected(sql))).toEqual([false, false])
  expect(['a', 'b'].map((sql) => plans.isPooled(sql))).toEqual([true, false])
})

test('texts without end do not fill the memory, and the latest are known', () => {
  const plans = new StalePlans()
  for (let n = 0; n < 1_000; n++) {
    plans.suspect(`s${n}`)
    plans.settle(`p${n}`, true)
  }
  const known = Array.from({ length: 1_000 }, (_, n) => n)
  expect(known.filter((n) => plans.isSuspected(`s${n}`)).length).toBeLessThanOrEqual(256)
  expect(known.filter((n) => plans.isPooled(`p${n}`)).length).toBeLessThanOrEqual(256)
  expect([plans.isSuspected('s999'), plans.isPooled('p999')]).toEqual([true, true])
})
