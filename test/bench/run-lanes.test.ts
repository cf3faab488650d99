import { expect, test } from 'vitest'

import { runLanes } from './run-lanes.ts'
import type { Workload } from './workload.ts'

const repeating: Workload = {
  name: 'acquire',
  title: '',
  sql: 'select 1',
  columns: {},
  parameters: [],
  connections: 1,
  inFlight: 1,
  verb: 'acquire',
  rowsPerExecution: 0,
}

test('a lane that does its work a thousand times has executed a thousand times, without rows', async () => {
  const session = { lanes: [async () => {}], rowsOf: () => [{}], close: async () => {} }
  expect(await runLanes(session, { ...repeating, repeats: 1000 }, 0)).toMatchObject({ executions: 1000, rows: 0 })
  expect(await runLanes(session, repeating, 0)).toMatchObject({ executions: 1, rows: 0 })
})
