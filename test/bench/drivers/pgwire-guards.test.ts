import { subscribe, unsubscribe } from 'node:diagnostics_channel'

import { expect, test } from 'vitest'

import { workloads } from '../workloads.ts'
import { driver } from './pgwire-guards.ts'

const workload = workloads.find(({ name }) => name === 'guards')!

test('nobody is told to subscribe, and each lookup is asked for', async () => {
  const { lanes } = await driver.open('', workload)
  await expect(lanes[0]!([])).resolves.toBeUndefined()
})

test.for(['tracing:pgwire:query:start', 'tracing:pgwire:pool:acquire:asyncEnd', 'pgwire:pool:release'])(
  'a measurement with a subscriber to %s is none',
  async (channel) => {
    const listener = (): void => {}
    const { lanes } = await driver.open('', workload)
    subscribe(channel, listener)
    try {
      await expect(lanes[0]!([])).rejects.toThrow('Somebody subscribes')
    } finally {
      unsubscribe(channel, listener)
    }
  },
)
