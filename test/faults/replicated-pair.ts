/** A primary with a standby that has, at any time, whatever the primary has acknowledged. */
import { execFile } from 'node:child_process'
import { chmod, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { type PrivateServer, startPrivateServer } from '../support/test-server.ts'

export interface ReplicatedPair extends AsyncDisposable {
  readonly primary: PrivateServer
  readonly standby: PrivateServer
}

const HBA = ['local all all trust', 'local replication all trust', 'host all all 127.0.0.1/32 scram-sha-256']

/** Starts both; the standby follows the primary until `select pg_promote()`. */
export async function startReplicatedPair(): Promise<ReplicatedPair> {
  const [primary, standby] = await Promise.all([
    // A commit is acknowledged once the standby has it.
    startPrivateServer({ hba: HBA, settings: { synchronous_standby_names: '*', synchronous_commit: true } }),
    startPrivateServer({ hba: HBA }),
  ])
  await Promise.all([primary.stop(), standby.stop()])
  await becomeCopy(standby, primary)
  await primary.start()
  await standby.start()
  const remove = async (): Promise<void> => {
    await Promise.all([primary.remove(), standby.remove()])
  }
  return { primary, standby, [Symbol.asyncDispose]: remove }
}

/** Gives a stopped server the data of another stopped one, to follow it from there on. */
async function becomeCopy(standby: PrivateServer, primary: PrivateServer): Promise<void> {
  const data = join(standby.socketDirectory, 'data')
  const configuration = await readFile(join(data, 'postgresql.conf'), 'utf8')
  await rm(data, { recursive: true })
  await promisify(execFile)('cp', ['-a', join(primary.socketDirectory, 'data'), data])
  const { socketDirectory, port, user } = primary
  const follow = `primary_conninfo = 'host=${socketDirectory} port=${port} user=${user}'\n`
  await writeFile(join(data, 'postgresql.conf'), configuration + follow)
  const signal = join(data, 'standby.signal')
  await writeFile(signal, '')
  // The server, which may run as another user, removes it.
  await chmod(signal, 0o666)
}
