/** A cancel that meets a statement while it is only being described: it is never executed then. */
import { connect } from 'kysely-pgwire'
import { expect, test } from 'vitest'

import { seededRandom } from '../support/random.ts'
import { sharedServer } from '../support/shared-server.ts'

const server = sharedServer()
const ROUNDS = process.env['PGWIRE_FULL'] === '1' ? 500 : 100

test('the statement rejects, whenever the cancel arrives, and the connection serves again', async () => {
  await using connection = await connect(server.url)
  const random = seededRandom(57_014)
  for (let round = 0; round < ROUNDS; round++) {
    // Nobody has described this text before, and it would take its minute.
    const slow = connection.query(`select pg_sleep(60), ${round}`).catch((error: unknown) => error)
    for (let turns = random.between(0, 3); turns > 0; turns--) await new Promise(setImmediate)
    await connection.cancel()
    expect(await slow).toMatchObject({ code: '57014' })
    expect(connection.idle).toBe(true)
  }
})
