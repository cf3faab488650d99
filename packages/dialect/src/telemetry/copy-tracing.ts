import { copyChannel } from './channels.ts'
import { Meter } from './meter.ts'
import type { Begun, Noting } from './trace-channel.ts'
import type { CopyTrace, TracedConnection } from './traces.ts'

/** A COPY that is traced. */
export class CopyTracing {
  readonly meter: Meter = new Meter()
  readonly #trace: Noting<CopyTrace>
  readonly #begun: Begun

  private constructor(direction: CopyTrace['direction'], connection: TracedConnection) {
    this.#trace = {
      direction,
      sql: '',
      connection,
      rowCount: undefined,
      bytesSent: undefined,
      bytesReceived: undefined,
      durationMs: undefined,
      error: undefined,
    }
    this.#begun = copyChannel.begin(this.#trace)
  }

  /** Undefined while nobody wants to know. */
  static begin(direction: CopyTrace['direction'], connection: TracedConnection | null): CopyTracing | undefined {
    return connection !== null && copyChannel.hasSubscribers ? new CopyTracing(direction, connection) : undefined
  }

  /** What is about to be sent. */
  statement(sql: string): void {
    this.#trace.sql = sql
  }

  succeed(rowCount: number | null): void {
    this.#note(rowCount)
    this.#begun.succeed()
  }

  fail(error: unknown): void {
    this.#note(undefined)
    this.#begun.fail(error)
  }

  #note(rowCount: number | null | undefined): void {
    if (this.#trace.durationMs !== undefined) return
    const { bytesSent, bytesReceived } = this.meter
    Object.assign(this.#trace, { rowCount, bytesSent, bytesReceived })
  }
}
