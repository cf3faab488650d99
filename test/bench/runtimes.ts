/** Where the programs are that run the drivers. What is missing comes with the way to install it. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/** A command line to which the server's URL is added, or a reason. */
export type Found = { readonly command: readonly string[] } | { readonly missing: string }

const here = import.meta.dirname
const child = join(here, 'child.ts')

export function findNode(driver: string): Found {
  return { command: [process.execPath, child, driver] }
}

export function findBun(): Found {
  const bun = join(here, '../node_modules/.bin/bun')
  return succeeds(bun, ['--version'])
    ? { command: [bun, child, 'bun'] }
    : { missing: 'Bun is not installed for this platform (npm package bun)' }
}

/** The system's Python comes first: Debian's python3-asyncpg is not seen by a Python from elsewhere in the PATH. */
export function findPythonWithAsyncpg(): Found {
  const python = ['/usr/bin/python3', 'python3'].find((command) => succeeds(command, ['-c', 'import asyncpg']))
  return python === undefined
    ? { missing: 'asyncpg is not installed (Debian: apt-get install python3-asyncpg)' }
    : { command: [python, join(here, 'drivers/asyncpg-client.py')] }
}

export function succeeds(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0
}
