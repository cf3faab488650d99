import { setImmediate as nextTurn } from 'node:timers/promises'

import { expect, test } from 'vitest'

import { TurnWatch } from './turn-watch.ts'

const BUSY_MS = 20

test('the longest turn is found, whichever it was', async () => {
  for (const busy of [0, 1, 2]) {
    const watch = new TurnWatch()
    for (let turn = 0; turn < 3; turn++) {
      if (turn === busy) busyFor(BUSY_MS)
      if (turn < 2) await nextTurn()
    }
    watch.stop()
    expect(watch.longestWallUs).toBeGreaterThanOrEqual(BUSY_MS * 1000)
    expect(watch.longestCpuUs).toBeGreaterThan(0)
  }
})

test('what comes after its end does not count', async () => {
  const watch = new TurnWatch()
  watch.stop()
  const { longestWallUs } = watch
  busyFor(BUSY_MS)
  await nextTurn()
  expect(watch.longestWallUs).toBe(longestWallUs)
})

function busyFor(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until) Math.random()
}
