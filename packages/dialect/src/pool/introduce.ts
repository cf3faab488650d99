import type { Connection } from '../client/connection.ts'
import { runHook } from './pool-hooks.ts'
import type { PoolSettings } from './pool-options.ts'

/** Makes a new connection one of the pool's: as its hook prepares it, so it is to be. Rejects where that cannot be. */
export async function introduce(
  connection: Connection,
  { hooks, hookTimeoutMs, unref }: PoolSettings,
  shut: AbortSignal,
): Promise<void> {
  // The server has hung up right behind the login, or meanwhile; what a query says of that is what there is to say.
  const refuseLost = async (): Promise<void> => {
    if (connection.closed && !shut.aborted) await connection.query('')
  }
  if (unref) connection.unref()
  await refuseLost()
  if (hooks.onConnect !== undefined) {
    await runHook('onConnect', hooks.onConnect, connection, hookTimeoutMs, shut)
    await refuseLost()
  }
  connection.forgetChanges()
  connection.keepListeners()
}
