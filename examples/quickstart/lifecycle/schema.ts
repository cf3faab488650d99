import type { Kysely } from 'kysely'

import type { DB } from '../database-types.generated.ts'
import { SCHEMA } from '../database.ts'

/** Makes an empty schema, which is dropped at the end of an `await using` block. */
export async function temporarySchema(db: Kysely<DB>): Promise<AsyncDisposable> {
  const drop = (): Promise<void> => db.schema.dropSchema(SCHEMA).ifExists().cascade().execute()
  // A run that was killed may have left it behind.
  await drop()
  await db.schema.createSchema(SCHEMA).execute()
  return { [Symbol.asyncDispose]: drop }
}
