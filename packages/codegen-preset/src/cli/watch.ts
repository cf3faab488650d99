/** Generates, and again after every change, until it is told to end. */
import { watch as watchFolder } from 'node:fs'
import { setTimeout as after } from 'node:timers/promises'

import { describeFailure } from './describe-failure.ts'
import type { Work } from './work.ts'

/** Editors write a file in several steps. */
const SETTLING_MS = 100

export async function watch(work: Work): Promise<void> {
  const { source } = work.options
  if ('migrations' in source) await watchMigrations(work, source.migrations)
  else await pollDatabase(work)
  work.log.info('No longer watching')
}

/** A module is loaded once in a process: so each time another process generates. */
async function watchMigrations({ argv, log, surroundings }: Work, folder: string): Promise<void> {
  const { signal, again } = surroundings
  const generation = ['generate', ...argv.slice(1)]
  let changed = Promise.withResolvers<void>()
  const watcher = watchFolder(folder, { recursive: true, signal }, () => changed.resolve())
  watcher.on('error', (error) => log.error(`Cannot watch ${folder}: ${error.message}`))
  log.info(`Watching ${folder}`)
  while (!signal.aborted) {
    changed = Promise.withResolvers()
    await again(generation, signal)
    await until(changed.promise, signal)
    await pause(SETTLING_MS, signal)
  }
}

async function pollDatabase({ generator, pollIntervalMs, log, surroundings, report }: Work): Promise<void> {
  const { signal } = surroundings
  let known: string | undefined
  log.info('Watching the database')
  while (!signal.aborted) {
    try {
      const fingerprint = await generator.fingerprint()
      if (fingerprint !== known) report.generated(await generator.generate())
      known = fingerprint
    } catch (error) {
      // It may be back the next time; what is wrong with the schema may be mended.
      const { line } = describeFailure(error)
      if (line !== known) log.error(line)
      known = line
    }
    await pause(pollIntervalMs, signal)
  }
}

async function until(event: Promise<void>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  const { promise: aborted, resolve } = Promise.withResolvers<void>()
  const onAbort = (): void => resolve()
  signal.addEventListener('abort', onAbort)
  await Promise.race([event, aborted])
  signal.removeEventListener('abort', onAbort)
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await after(milliseconds, undefined, { signal }).catch(() => {})
}
