import { constants } from 'node:os'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Why the quickstart ended early, without a failure of its own. */
export class Interruption extends Error {
  override readonly name = 'Interruption'
  /** What a shell expects of a program that a signal ended. */
  readonly exitCode: number

  constructor(signal: NodeJS.Signals) {
    super(`Interrupted by ${signal}`)
    this.exitCode = 128 + constants.signals[signal]
  }
}

/**
 * Aborts with an `Interruption` on Ctrl-C and its like, and when nobody reads our output any more.
 * A second signal finds no listener, and ends the process at once.
 */
export function interruptionSignal(): AbortSignal {
  const controller = new AbortController()
  for (const signal of SIGNALS) {
    process.once(signal, () => {
      for (const other of SIGNALS) process.removeAllListeners(other)
      controller.abort(new Interruption(signal))
    })
  }
  process.stdout.on('error', () => controller.abort(new Interruption('SIGPIPE')))
  return controller.signal
}
