/** What the server's own words do not say: that there is a pooler in between, and which option helps. */
import { PostgresError } from '../errors/postgres-error.ts'

const PROTOCOL_VIOLATION = '08P01'

/** PgBouncer's words for a setting in the start-up message that it does not pass on; they are in no other language. */
const REFUSED_SETTING = /^unsupported startup parameter/

/** Its older versions' words for a start-up message of protocol 3.2. */
const REFUSED_VERSION = /^bad packet header/

const SETTING_ADVICE =
  'A pooler passes on few settings. Give it to the role (ALTER ROLE … SET), or have PgBouncer ignore it (ignore_startup_parameters).'

const VERSION_ADVICE = 'A pooler speaks protocol 3.0 alone: leave maxProtocolVersion at that.'

const INVALID_STATEMENT_NAME = '26000'

const STATEMENT_ADVICE =
  'Without DEALLOCATE or DISCARD, a pooler has led to another connection of the server. With statementCacheSize: 0 nothing has to be there.'

/** Gives an error with which a login was refused a hint, where a pooler seems to be why. */
export function adviseOnLogin(error: PostgresError): void {
  if (error.code !== PROTOCOL_VIOLATION || error.hint !== undefined) return
  if (REFUSED_SETTING.test(error.message)) error.hint = SETTING_ADVICE
  else if (REFUSED_VERSION.test(error.message)) error.hint = VERSION_ADVICE
}

/** The same for one with which the server has refused a statement that the driver has prepared. */
export function adviseOnStatement(error: Error): void {
  if (error instanceof PostgresError && error.code === INVALID_STATEMENT_NAME) error.hint ??= STATEMENT_ADVICE
}
