/** Compiles the C client, with the benchmark's workloads as a header. */
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { succeeds, type Found } from './runtimes.ts'
import type { Workload } from './workload.ts'

export async function buildLibpqClient(workloads: readonly Workload[]): Promise<Found> {
  if (!succeeds('cc', ['--version']))
    return { missing: 'No C compiler for the libpq client (Debian: apt-get install gcc libc6-dev)' }
  const directory = await mkdtemp(join(tmpdir(), 'bench-libpq-'))
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }))
  await writeFile(join(directory, 'workloads.h'), header(workloads))
  const program = join(directory, 'libpq-client')
  const source = join(import.meta.dirname, 'drivers/libpq-client.c')
  const flags = [
    `-I${directory}`,
    ...pgConfig('--includedir').map((path) => `-I${path}`),
    ...pgConfig('--libdir').map((path) => `-L${path}`),
  ]
  const compiled = spawnSync('cc', ['-O2', '-o', program, source, ...flags, '-lpq'], { encoding: 'utf8' })
  if (compiled.status === 0) return { command: [program] }
  await rm(directory, { recursive: true, force: true })
  return { missing: complaint(compiled.stderr) }
}

function complaint(output: string): string {
  if (/libpq-fe\.h|-lpq/.test(output)) return 'libpq is not installed (Debian: apt-get install libpq-dev)'
  const line = output.split('\n').find((line) => /error|undefined reference/.test(line))
  return `The libpq client does not compile: ${line ?? 'the compiler gave no reason'}`
}

function pgConfig(what: string): string[] {
  const found = spawnSync('pg_config', [what], { encoding: 'utf8' })
  return found.status === 0 ? [found.stdout.trim()] : []
}

function header(workloads: readonly Workload[]): string {
  const lines = workloads.filter((workload) => workload.verb === 'query').map(initializer)
  return `static const struct workload workloads[] = {\n${lines.join(',\n')}\n};\n`
}

/** JSON's string escapes are C's, for the ASCII text that the workloads are. */
function initializer({ name, sql, parameters, keys, connections, inFlight }: Workload): string {
  const values = parameters.map((value) => JSON.stringify(String(value))).join(', ')
  const fields = [
    JSON.stringify(name),
    JSON.stringify(sql),
    parameters.length,
    `{${values || '0'}}`,
    keys ?? 0,
    connections,
    inFlight,
  ]
  return `  {${fields.join(', ')}}`
}
