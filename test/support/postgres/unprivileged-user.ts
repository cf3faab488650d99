import { readFile } from 'node:fs/promises'

/** Whom a child process runs as; empty for "as ourselves". */
export interface ProcessUser {
  readonly uid?: number
  readonly gid?: number
}

/** PostgreSQL refuses to run as root, so root runs it as `nobody`, who exists on every Unix. */
export async function unprivilegedUser(): Promise<ProcessUser> {
  if (process.getuid?.() !== 0) return {}
  const nobody = (await readFile('/etc/passwd', 'utf8')).split('\n').find((line) => line.startsWith('nobody:'))
  if (nobody === undefined) throw new Error('PostgreSQL cannot run as root, and this system has no user "nobody"')
  const [, , uid, gid] = nobody.split(':')
  return { uid: Number(uid), gid: Number(gid) }
}
