import { setImmediate as turn } from 'node:timers/promises'

import { expect, test } from 'vitest'

import { dataRow, int32 } from '../../../../test/support/backend-messages.ts'
import { type KnownStatement, MemoryPostgres } from '../../../../test/support/memory-postgres.ts'
import { memorySession } from '../../../../test/support/memory-session.ts'
import { resolveConnectionSettings } from '../config/resolve-connection-settings.ts'
import { runQuery } from './query.ts'

const settings = resolveConnectionSettings({ host: 'memory' }, {})
const SQL = 'select * from t'

const selecting = (name: string): KnownStatement => ({
  columns: [{ name, typeOid: 23, typeSize: 4 }],
  rows: [dataRow(int32(7))],
  tag: 'SELECT 1',
})

test('an unprepared statement whose columns change behind its description is read by the new ones, and not kept', async () => {
  const memory = memorySession()
  const answer = async (known: KnownStatement) => {
    const postgres = new MemoryPostgres({ [SQL]: known })
    for (const message of memory.written()) memory.feed(...postgres.answer(message))
    await turn()
  }
  const result = runQuery(memory.server, settings, SQL, [], { prepare: false })
  await answer(selecting('before'))
  await answer(selecting('after'))
  expect((await result).rows).toEqual([{ after: 7 }])
  expect(memory.server.catalog.statement(SQL)).toBeUndefined()
  expect(memory.server.prepared.evicted).toEqual([])
})
