import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { PrivateServer } from './test-server.ts'

/**
 * Makes a hot standby of a server: it follows nobody, and stays in recovery until `select pg_promote()`. What clients can
 * see of it is what they see of every standby.
 */
export async function becomeStandby(server: PrivateServer): Promise<void> {
  await server.stop()
  const signal = join(server.socketDirectory, 'data/standby.signal')
  await writeFile(signal, '')
  // The server, which may run as another user, writes to it.
  await chmod(signal, 0o666)
  await server.start()
}
