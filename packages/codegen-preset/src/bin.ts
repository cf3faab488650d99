#!/usr/bin/env node
import { spawn } from 'node:child_process'
import { once } from 'node:events'

import { main } from './cli/main.ts'

const ending = new AbortController()
const watching = process.argv[2] === 'watch'

// A watch ends in order, at the first signal; whatever else runs ends at once, and takes its temporary files along.
for (const [signal, number] of [
  ['SIGINT', 2],
  ['SIGTERM', 15],
] as const) {
  process.once(signal, () => (watching ? ending.abort() : process.exit(128 + number)))
}

process.exitCode = await main(process.argv.slice(2), {
  cwd: process.cwd(),
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  signal: ending.signal,
  again,
})

async function again(argv: readonly string[], signal: AbortSignal): Promise<number> {
  const child = spawn(process.execPath, [...process.execArgv, import.meta.filename, ...argv], { stdio: 'inherit' })
  const end = (): void => void child.kill('SIGTERM')
  signal.addEventListener('abort', end, { once: true })
  const [code] = (await once(child, 'exit')) as [number | null]
  signal.removeEventListener('abort', end)
  return code ?? 1
}
