import { connect } from 'kysely-pgwire'
import { expect, onTestFinished, test } from 'vitest'

import { sharedServer } from '../support/shared-server.ts'

function warningsFromNow(): Error[] {
  const warnings: Error[] = []
  const keep = (warning: Error): void => void warnings.push(warning)
  process.on('warning', keep)
  onTestFinished(() => void process.off('warning', keep))
  return warnings
}

test.each([undefined, Number.POSITIVE_INFINITY, 2 ** 40])(
  'close with the time limit %d waits for what is running',
  async (timeoutMs) => {
    const warnings = warningsFromNow()
    const connection = await connect(sharedServer().url)
    const query = connection.query('select 1 as one, pg_sleep(0.1)')
    await connection.close({ timeoutMs })
    await expect(query).resolves.toMatchObject({ rows: [{ one: 1 }] })
    expect(warnings).toEqual([])
  },
)

test.each([20, 0, -1, Number.NaN])(
  'after the time limit %d close cuts, and what is running is told that the connection is closed',
  async (timeoutMs) => {
    const warnings = warningsFromNow()
    const connection = await connect(sharedServer().url)
    const told = expect(connection.query('select pg_sleep(30)')).rejects.toMatchObject({
      code: 'PGWIRE_CONNECTION_CLOSED',
      phase: 'closing',
      outcome: 'unknown',
    })
    const { processId } = connection
    await connection.close({ timeoutMs })
    await told
    expect(warnings).toEqual([])
    // The server has not noticed.
    await sharedServer().terminate(processId)
  },
)
