import { CodecError } from '../errors/codec-error.ts'
import { PostgresError } from '../errors/postgres-error.ts'

/** The statement is gone (`DEALLOCATE`, `DISCARD ALL`), or a type that it was prepared with does not fit any more. */
const OUTDATED: ReadonlySet<string> = new Set(['26000', '42804', '42883', '08P01'])

/** What a parameter's type that has changed looks like; mostly it is the value that is wrong. */
const SUSPECT: ReadonlySet<string> = new Set(['22P02', '22P03', '22003', '22007', '22008'])

/** Whether an answer to Parse or Bind, with which nothing was executed, means that the description is out of date. */
export function isOutdated(error: Error): boolean {
  if (!(error instanceof PostgresError)) return false
  return OUTDATED.has(error.code) || (error.code === '0A000' && error.routine === 'RevalidateCachedQuery')
}

/** Whether the description could be to blame, so that it had better be renewed before it is used again. */
export function mayBeOutdated(error: Error): boolean {
  return (
    (error instanceof PostgresError && SUSPECT.has(error.code)) ||
    (error instanceof CodecError && error.code === 'PGWIRE_ENCODE')
  )
}
