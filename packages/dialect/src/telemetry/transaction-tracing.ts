import { transactionChannel } from './channels.ts'
import type { Begun, Noting } from './trace-channel.ts'
import type { TracedConnection, TransactionTrace } from './traces.ts'

/** A transaction that is traced. Each may be told several ends; the first counts. */
export class TransactionTracing {
  readonly #trace: Noting<TransactionTrace>
  readonly #begun: Begun

  private constructor(connection: TracedConnection, nested: boolean) {
    this.#trace = { connection, nested, outcome: undefined, durationMs: undefined, error: undefined }
    this.#begun = transactionChannel.begin(this.#trace)
  }

  /** Undefined while nobody wants to know. */
  static begin(connection: TracedConnection | null, nested: boolean): TransactionTracing | undefined {
    return connection !== null && transactionChannel.hasSubscribers
      ? new TransactionTracing(connection, nested)
      : undefined
  }

  committed(): void {
    this.#trace.outcome ??= 'committed'
    this.#begun.succeed()
  }

  /** Without an error, as its user has asked for. */
  rolledBack(): void {
    this.#trace.outcome ??= 'rolled-back'
    this.#begun.succeed()
  }

  /** It has failed with `error`, and with it what it has done. */
  failed(error: unknown): void {
    const unknown = error instanceof Error && 'outcome' in error && error.outcome === 'unknown' && isOfCommit(error)
    this.#trace.outcome ??= unknown ? 'unknown' : 'rolled-back'
    this.#begun.fail(error)
  }
}

/** A statement whose answer was lost is rolled back with its transaction; only of a commit nobody can say. */
function isOfCommit(error: Error): boolean {
  return 'code' in error && error.code === 'PGWIRE_COMMIT_UNKNOWN'
}
