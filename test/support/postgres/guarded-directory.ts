import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdtemp, realpath } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { unprivilegedUser } from './unprivileged-user.ts'

/** Unix socket paths end at about 100 bytes, so a long TMPDIR is of no use. */
const LONGEST_PARENT = 60

/**
 * Reads one process id per line (0: none). At the end of its input, which is also what it sees when the test process
 * dies in whatever way, it stops the last process named and removes the directory.
 */
const GUARD = `
pid=0
while read -r line; do pid=$line; done
if [ "$pid" -gt 0 ]; then
  kill -CONT "$pid" 2>/dev/null
  kill -QUIT "$pid" 2>/dev/null
  while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
fi
rm -rf "$0"
`

/** A temporary directory that is gone, with the process that works in it, once this process has ended. */
export interface GuardedDirectory {
  readonly path: string
  /** Names the process to stop before the directory is removed; `undefined` when it has ended. */
  guard(pid: number | undefined): void
  /** Stops the guarded process, removes the directory, and resolves when both are done. */
  remove(): Promise<void>
}

/** Makes a temporary directory that belongs to the user that the server runs as. */
export async function guardedDirectory(): Promise<GuardedDirectory> {
  const { uid, gid } = await unprivilegedUser()
  const parent = await realpath(tmpdir())
  // Root's TMPDIR may be closed to the user that the server runs as; /tmp is open to all.
  const unsuitable = uid !== undefined || parent.length > LONGEST_PARENT
  const path = await mkdtemp(join(unsuitable ? '/tmp' : parent, 'pgwire-test-'))
  if (uid !== undefined && gid !== undefined) await chown(path, uid, gid)

  // Detached: Ctrl-C in a terminal reaches the whole process group, and the guard has to outlive it.
  const guard = spawn('sh', ['-c', GUARD, path], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, cwd: '/' })
  const ended = once(guard, 'exit')
  const input = guard.stdin as Socket
  guard.unref()
  input.unref()
  input.on('error', () => {})

  return {
    path,
    guard: (pid) => void input.write(`${pid ?? 0}\n`),
    remove: async () => {
      guard.ref()
      input.end()
      await ended
    },
  }
}
