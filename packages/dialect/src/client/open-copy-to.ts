import type { ConnectionSettings } from '../config/connection-settings.ts'
import { requireSql } from '../connection/require-sql.ts'
import type { ServerSession } from '../connection/server-session.ts'
import { underTypes } from '../connection/under-types.ts'
import { checkCopyTo } from '../copy/check-copy-to.ts'
import { CopyOut } from '../copy/copy-out.ts'
import { quotedTable } from '../copy/copy-table.ts'
import { UsageError } from '../errors/usage-error.ts'
import { type CopyOrigin, type CopyToOptions, type CopyToRowsOptions, isQuery } from './copy-to.ts'
import { planCopyTo } from './plan-copy-to.ts'
import { parseServerVersion } from './server-version.ts'

/** Checks what can be checked at once, and sends nothing yet. */
export function openCopyTo(
  server: ServerSession,
  settings: ConnectionSettings,
  origin: CopyOrigin,
  options: CopyToOptions | CopyToRowsOptions,
): CopyOut<unknown> {
  const typed = underTypes(server, options.types)
  checkCopyTo(options, parseServerVersion(server.session.parameters.get('server_version') ?? '').major)
  checkOrigin(origin, options.columns)
  return new CopyOut<unknown>({
    server: typed,
    settings,
    signal: options.signal,
    tracedSql: withoutValues(origin),
    plan: (unwanted) => planCopyTo({ server: typed, settings, origin, unwanted }, options),
  })
}

function withoutValues(origin: CopyOrigin): string | undefined {
  return isQuery(origin) && (origin.parameters?.length ?? 0) > 0 ? `copy (${origin.query}) to stdout` : undefined
}

function checkOrigin(origin: CopyOrigin, columns: readonly string[] | undefined): void {
  if (!isQuery(origin)) quotedTable(origin)
  else if (columns !== undefined) throw new UsageError('A query has its own columns')
  else requireSql(origin.query)
}
