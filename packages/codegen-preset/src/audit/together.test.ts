import { expect, test } from 'vitest'

import { Refusal } from './in-transaction.ts'
import { together } from './together.ts'

const numbers = Array.from({ length: 200 }, (_, index) => index)

function asking(refused: readonly number[], sqlstate = 'P0001') {
  const asked: (readonly number[])[] = []
  const ask = async (some: readonly number[]): Promise<readonly number[] | Refusal> => {
    asked.push(some)
    return some.some((each) => refused.includes(each)) ? new Refusal(new Error(), sqlstate) : some
  }
  return { asked, ask }
}

test('what is not refused is asked once', async () => {
  const { asked, ask } = asking([])
  expect(await together(numbers, ask)).toEqual(numbers)
  expect(asked).toHaveLength(1)
})

test('what is to blame is found by halves, and each thing keeps its place', async () => {
  const { asked, ask } = asking([3, 199])
  const answers = await together(numbers, ask)
  expect(answers.map((answer) => answer instanceof Refusal)).toEqual(numbers.map((each) => each === 3 || each === 199))
  expect(answers.filter((answer) => !(answer instanceof Refusal))).toEqual(
    numbers.filter((each) => each !== 3 && each !== 199),
  )
  expect(asked.length).toBeLessThan(40)
})

test('what ran out of time is not asked again', async () => {
  const { asked, ask } = asking([3], '57014')
  expect(await together(numbers, ask)).toHaveLength(200)
  expect(asked).toHaveLength(1)
})
