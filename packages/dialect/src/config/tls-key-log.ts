import { appendFileSync } from 'node:fs'

import { ConfigError } from '../errors/config-error.ts'

/** Whoever has it can read all that was sent. */
const FOR_THE_OWNER = 0o600

/**
 * Appends the secrets of TLS connections to a file, in the format that programs that look into packets know. Throws
 * `ConfigError` when nothing can be written there; what goes wrong later is told once, and disturbs no connection.
 */
export function tlsKeyLog(file: string): (line: Uint8Array) => void {
  const append = (line: Uint8Array | string): void => appendFileSync(file, line, { mode: FOR_THE_OWNER })
  try {
    append('')
  } catch (error) {
    throw new ConfigError(`Cannot write the file of sslkeylogfile: ${reason(error)}`)
  }
  let warned = false
  return (line) => {
    try {
      append(line)
    } catch (error) {
      if (!warned) {
        process.emitWarning(`The secrets of a TLS connection could not be written to sslkeylogfile: ${reason(error)}`, {
          type: 'PgwireWarning',
          code: 'PGWIRE_KEYLOG_FAILED',
        })
      }
      warned = true
    }
  }
}

function reason(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
}
