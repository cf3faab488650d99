/**
 * What shows that a description or a type is not what it was. The server tells when a type is gone, when the columns of a
 * statement have other types, and when a composite that it is sent has other fields; values in binary tell of which types
 * their fields are. What nothing tells of is a field that was only given another name (ALTER TYPE … RENAME ATTRIBUTE, a
 * renamed column of a table whose rows are values), or another type where the composite travels as text: results keep to
 * what was looked up, until a parameter with the new name, or another change, has the type looked up again.
 */
import { CodecError } from '../errors/codec-error.ts'
import { PostgresError } from '../errors/postgres-error.ts'
import type { Catalog } from './catalog.ts'
import type { ServerSession } from './server-session.ts'
import type { Statement } from './statement.ts'

/** The statement is gone (`DEALLOCATE`, `DISCARD ALL`), or a type that it was prepared with does not fit any more. */
const OUTDATED: ReadonlySet<string> = new Set(['26000', '42804', '42883', '42704', '42P18', '08P01'])

/** What the server says, in no other language, when a type is gone that a statement was prepared with. */
const LOST_TYPE = /^cache lookup failed for type /

/** What a parameter's type that has changed looks like; mostly it is the value that is wrong. */
const SUSPECT: ReadonlySet<string> = new Set(['22P02', '22P03', '22003', '22007', '22008'])

/** Whether an answer to Parse or Bind, with which nothing was executed, means that the description is out of date. */
export function isOutdated(error: Error): boolean {
  if (!(error instanceof PostgresError)) return false
  return OUTDATED.has(error.code) || outdatesTypes(error) || isStalePlan(error)
}

/** Whether the server has a plan for the statement, and its columns are not what they were ("cached plan must not change"). */
export function isStalePlan(error: Error): boolean {
  return error instanceof PostgresError && error.code === '0A000' && error.routine === 'RevalidateCachedQuery'
}

/**
 * Whether such an answer shows that types have changed as well: one is gone, or a composite, a range or an array is not
 * made of what was sent as its parts.
 */
export function outdatesTypes(error: Error): boolean {
  if (!(error instanceof PostgresError)) return false
  return error.code === '42804' || (error.code === 'XX000' && LOST_TYPE.test(error.message))
}

/** Has a statement described anew that the server has refused with `error`, and notes what else that shows to have changed. */
export function forgetOutdated({ catalog, prepared }: ServerSession, statement: Statement, error: Error): void {
  catalog.forget(statement)
  prepared.evict(statement)
  if (isStalePlan(error)) catalog.stalePlans.suspect(statement.sql)
  if (outdatesTypes(error)) catalog.forgetTypes(statement.generation)
}

/** Whether the description could be to blame, so that it had better be renewed before it is used again. */
export function mayBeOutdated(error: Error): boolean {
  return (
    (error instanceof PostgresError && SUSPECT.has(error.code)) ||
    (error instanceof CodecError && error.code === 'PGWIRE_ENCODE')
  )
}

/**
 * The types of parameters that may be out of date when a value could not be encoded, or the server could not read the text
 * of a composite: those that were looked up. Mostly it is the value that is wrong, so they are looked up again before
 * anything is forgotten.
 */
export function doubtfulTypes(catalog: Catalog, { parameterOids }: Statement, error: Error): readonly number[] {
  const suspected = (): readonly number[] => {
    if (error instanceof CodecError && error.parameter !== undefined) {
      return parameterOids.slice(error.parameter - 1, error.parameter)
    }
    const unread = error instanceof PostgresError && error.code === '22P02' && error.routine === 'record_in'
    return unread ? parameterOids : []
  }
  const doubtful = suspected().filter((oid) => catalog.lookedUp(oid))
  catalog.doubt(doubtful)
  return doubtful
}
