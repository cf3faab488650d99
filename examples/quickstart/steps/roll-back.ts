import assert from 'node:assert/strict'

import type { Kysely } from 'kysely'

import type { DB } from '../database-types.generated.ts'

interface Totals {
  readonly cities: string
  readonly population: string
}

class SecondThoughts extends Error {}

/** Changes a lot in a transaction, throws in it, and checks that nothing of it has remained. */
export async function rollBack(db: Kysely<DB>): Promise<({ moment: string } & Totals)[]> {
  const before = await totals(db)
  let inside = before
  try {
    await db.transaction().execute(async (trx) => {
      await trx.deleteFrom('cities').where('kind', '=', 'section').execute()
      await trx
        .updateTable('cities')
        .set((eb) => ({ population: eb('population', '*', 2) }))
        .where('population', '>', 1_000_000)
        .execute()
      inside = await totals(trx)
      throw new SecondThoughts()
    })
  } catch (error) {
    // Whatever the callback throws rolls the transaction back, and comes out here.
    if (!(error instanceof SecondThoughts)) throw error
  }
  const after = await totals(db)
  assert.notDeepEqual(inside, before)
  assert.deepEqual(after, before)
  return [
    { moment: 'before', ...before },
    { moment: 'inside the transaction', ...inside },
    { moment: 'after the rollback', ...after },
  ]
}

/** Takes a transaction as well as the database: a `Transaction` is a `Kysely`. */
function totals(db: Kysely<DB>): Promise<Totals> {
  return db
    .selectFrom('cities')
    .select(({ fn }) => [fn.countAll<string>().as('cities'), fn.sum<string>('population').as('population')])
    .executeTakeFirstOrThrow()
}
