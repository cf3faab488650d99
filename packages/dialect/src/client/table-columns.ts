import type { ConnectionSettings } from '../config/connection-settings.ts'
import type { ServerSession } from '../connection/server-session.ts'
import { defaultTypes } from '../types/profile/profile.ts'
import { runQuery } from './query.ts'

const SQL = `select attname from pg_catalog.pg_attribute
where attrelid = $1::text::regclass and attnum > 0 and not attisdropped and attgenerated = ''
order by attnum`

/** The columns that a COPY without a list of columns has: all that are not generated. */
export async function tableColumns(
  server: ServerSession,
  settings: ConnectionSettings,
  quotedTable: string,
  signal?: AbortSignal,
): Promise<string[]> {
  const { rows } = await runQuery(server, settings, SQL, [quotedTable], {
    rowMode: 'array',
    signal,
    types: defaultTypes,
  })
  return (rows as [string][]).map(([name]) => name)
}
