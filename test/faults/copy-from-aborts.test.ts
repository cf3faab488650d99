/** COPY FROM that is aborted at any moment: all rows or none, the connection stays, and nobody else is hit. */
import { setTimeout as sleep } from 'node:timers/promises'

import { connect } from 'kysely-pgwire'
import { expect, test } from 'vitest'

import { seededRandom } from '../support/random.ts'
import { sharedServer } from '../support/shared-server.ts'

type Row = readonly [n: number, label: string]

const random = seededRandom()
const ROUNDS = process.env['PGWIRE_FULL'] === '1' ? 1_000 : 200
const ROWS = 5_000
const reason = new Error('no more')

test(`${ROUNDS} aborts at random (seed ${random.seed})`, { timeout: 120_000 }, async () => {
  await using connection = await connect(sharedServer().url)
  const { processId } = connection
  await connection.execute('create temp table t (n int4, label text)')
  const outcomes = { copied: 0, aborted: 0, 'aborted too late': 0 }
  let open = 0
  /** How long a COPY takes here and now, more or less: one that came to its end shortens it, one that did not makes it longer. */
  let patienceMs = 4

  function* rows(): Generator<Row> {
    open++
    try {
      for (let n = 0; n < ROWS; n++) yield [n, 'x'.repeat(n % 100)]
    } finally {
      open--
    }
  }

  async function* rowsLater(): AsyncGenerator<Row> {
    for (const row of rows()) {
      if (row[0] % 1_000 === 0) await sleep(1)
      yield row
    }
  }

  for (let round = 0; round < ROUNDS; round++) {
    const controller = new AbortController()
    const source = random.pick<() => Iterable<Row> | AsyncIterable<Row>>([rows, rows, rowsLater])
    const copying = connection.copyFrom('t', source(), { signal: controller.signal }).then(
      () => 'copied' as const,
      (error: unknown) => {
        expect(error).toBe(reason)
        return 'aborted' as const
      },
    )
    await sleep((random.between(0, 16) / 8) * patienceMs)
    controller.abort(reason)
    // At once, behind whatever is left of the COPY.
    const counting = connection.fetchValue('select count(*)::int4 from t')
    const outcome = await copying
    const count = await counting
    patienceMs = Math.min(patienceMs * (outcome === 'copied' ? 0.9 : 1.1), 1_000)
    expect(count).toBe(outcome === 'copied' || count === ROWS ? ROWS : 0)
    outcomes[outcome === 'aborted' && count === ROWS ? 'aborted too late' : outcome]++
    await connection.execute('truncate t')
  }

  expect(connection.processId).toBe(processId)
  expect(connection.closed).toBe(false)
  expect(open).toBe(0)
  expect(outcomes.aborted).toBeGreaterThan(0)
  expect(outcomes.copied).toBeGreaterThan(0)
})
