import type { Connection } from '../client/connection.ts'
import { TimeLimit } from '../connection/time-limit.ts'
import { reportError } from '../listen/report-error.ts'
import { cutConnection } from './cut-connection.ts'
import { runHook } from './pool-hooks.ts'
import type { PoolSettings } from './pool-options.ts'

/** How long a connection that came back in the middle of something may take to become usable, besides its hooks. */
const CLEANING_TIMEOUT_MS = 5_000

/** What there is to do for the next one who gets a connection: all of it, or what statements have left that shared it. */
export type Cleaning = Pick<PoolSettings, 'reset' | 'hooks' | 'hookTimeoutMs'> & { readonly alone: boolean }

/** Whether a connection is as the next one has to find it, and nothing need be sent. */
export function isClean(connection: Connection, { reset, hooks, alone }: Cleaning): boolean {
  const quiet =
    connection.idle && connection.transactionStatus === 'I' && !connection.listening && !connection.refusedWrite
  if (!quiet || (alone && (reset === 'discard-all' || hooks.onRelease !== undefined))) return false
  return reset === 'none' || !connection.changed
}

/** `demoted`: fit for use, but its server is no longer one that was asked for. */
export type Cleaned = 'clean' | 'demoted' | 'unclean'

/**
 * Brings back a connection that was released while statements ran, with a transaction open, while it listened, or with
 * something left behind in its session; and looks into a write that its server has refused. `unclean` when that failed or
 * took too long; the connection is cut then.
 */
export async function cleanForReuse(connection: Connection, cleaning: Cleaning): Promise<Cleaned> {
  const cleaned = await cleanInTime(connection, cleaning)
  if (cleaned === 'unclean') await cutConnection(connection)
  return cleaned
}

async function cleanInTime(connection: Connection, cleaning: Cleaning): Promise<Cleaned> {
  // That has a limit of its own.
  await stopAbandoned(connection, cleaning)
  let limit: TimeLimit | undefined
  const tooLate = new Promise<Cleaned>((resolve) => {
    limit = new TimeLimit(CLEANING_TIMEOUT_MS + hooksTimeoutMs(cleaning), () => resolve('unclean'))
  })
  // Whether the process goes on meanwhile is for the connection to say.
  limit?.unref()
  try {
    return await Promise.race([clean(connection, cleaning), tooLate])
  } catch {
    return 'unclean'
  } finally {
    limit?.stop()
  }
}

/** How long the hooks may take that are going to be called. */
function hooksTimeoutMs({ hooks, hookTimeoutMs, alone }: Cleaning): number {
  const called = [hooks.onConnect, alone ? hooks.onRelease : undefined].filter((hook) => hook !== undefined)
  return called.length * hookTimeoutMs
}

async function clean(connection: Connection, cleaning: Cleaning): Promise<Cleaned> {
  await quieten(connection)
  if (cleaning.alone && !(await hooked(connection, cleaning, 'onRelease'))) return 'unclean'
  await quieten(connection)
  if (!(await resetSession(connection, cleaning))) return 'unclean'
  if (connection.refusedWrite && (await connection.lostRole())) return 'demoted'
  return connection.transactionStatus === 'I' ? 'clean' : 'unclean'
}

/** Behind those who have shared a connection nobody waits for what still runs; of one who had it alone, it may be cancelled already. */
async function stopAbandoned(connection: Connection, { alone }: Cleaning): Promise<void> {
  await (alone ? connection.whenNoneIsCancelled() : connection.cancelAbandoned())
}

async function quieten(connection: Connection): Promise<void> {
  await connection.settled()
  if (connection.transactionStatus !== 'I') await connection.execute('rollback')
  if (connection.listening) await connection.unlistenAll()
}

/** What `onConnect` has set up is gone with the rest, so it is called again. */
async function resetSession(connection: Connection, cleaning: Cleaning): Promise<boolean> {
  if (cleaning.reset === 'discard-all' && cleaning.alone) await connection.discardAll()
  else if (cleaning.reset !== 'none' && connection.changed) await connection.reset()
  else return true
  connection.removeListeners()
  const prepared = await hooked(connection, cleaning, 'onConnect')
  connection.forgetChanges()
  connection.keepListeners()
  return prepared
}

/** False when the hook has failed, of which nobody else would be told. */
async function hooked(
  connection: Connection,
  { hooks, hookTimeoutMs }: Cleaning,
  name: 'onConnect' | 'onRelease',
): Promise<boolean> {
  const hook = hooks[name]
  if (hook === undefined) return true
  try {
    await runHook(name, hook, connection, hookTimeoutMs)
    return true
  } catch (error) {
    if (!connection.closed) reportError(error, undefined)
    return false
  }
}
