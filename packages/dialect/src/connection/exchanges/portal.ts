import type { SendBuffer } from '../../bytes/send-buffer.ts'
import { OutdatedStatementError } from '../../errors/outdated-statement-error.ts'
import type { PostgresError } from '../../errors/postgres-error.ts'
import { UsageError } from '../../errors/usage-error.ts'
import type { RowFunction } from '../../types/row-function.ts'
import type { BackendMessageName } from '../../wire/backend-messages.ts'
import { writeCopyFail } from '../../wire/control-messages.ts'
import { type FieldDescription, readParameterDescription, readRowDescription } from '../../wire/descriptions.ts'
import {
  writeCloseStatement,
  writeClosePortal,
  writeDescribeStatement,
  writeExecute,
  writeFlush,
  writeParse,
  writeSync,
} from '../../wire/extended-query.ts'
import type { FrameReader } from '../../wire/frame-reader.ts'
import { writeBind } from '../bind.ts'
import { advance, type Exchange, refuseRow, type Transitions } from '../exchange.ts'
import type { ServerSession } from '../server-session.ts'
import type { Statement } from '../statement.ts'

type State =
  | 'parsing'
  | 'describing parameters'
  | 'describing rows'
  | 'binding'
  | 'fetching'
  | 'suspended'
  | 'complete'
  | 'copying'
  | 'syncing'
  | 'done'

const transitions: Transitions<State> = {
  parsing: { closeComplete: 'parsing', parseComplete: 'describing parameters' },
  'describing parameters': { parameterDescription: 'describing rows' },
  'describing rows': { rowDescription: 'binding', noData: 'binding' },
  binding: { bindComplete: 'fetching' },
  fetching: {
    portalSuspended: 'suspended',
    commandComplete: 'complete',
    emptyQueryResponse: 'complete',
    copyInResponse: 'copying',
    copyOutResponse: 'copying',
  },
  copying: { copyData: 'copying', copyDone: 'fetching' },
  suspended: { closeComplete: 'syncing' },
  complete: { closeComplete: 'syncing' },
  syncing: { readyForQuery: 'done', closeComplete: 'syncing' },
  done: {},
}

/** Who reads a portal. */
export interface PortalReader {
  /** Up to as many rows as were asked for. */
  batch(rows: unknown[]): void
  /** The last frame was written: others may write again. Replies are still on their way. */
  written(): void
  /** Everything is over; undefined when nothing went wrong. */
  end(error: Error | undefined): void
}

/**
 * A portal read in batches, from Bind to the Sync after its Close.
 *
 * Between the batches stands a Flush and no Sync, so that it works outside a transaction too. Its owner holds the
 * session's turn until `written`.
 */
export class PortalExchange implements Exchange {
  next: Exchange | null = null
  readonly #server: ServerSession
  readonly #statement: Statement
  readonly #parameters: readonly unknown[]
  readonly #batchRows: number
  readonly #reader: PortalReader
  #state: State = 'binding'
  #decode: RowFunction
  #rows: unknown[] = []
  #synced = false
  #closing = false
  #failure: Error | null = null

  constructor(
    server: ServerSession,
    statement: Statement,
    parameters: readonly unknown[],
    batchRows: number,
    reader: PortalReader,
  ) {
    this.#server = server
    this.#statement = statement
    this.#parameters = parameters
    this.#batchRows = batchRows
    this.#reader = reader
    this.#decode = statement.rowDecoder('object').rowFunction()
  }

  write(out: SendBuffer): void {
    const { prepared } = this.#server
    let name = prepared.nameOf(this.#statement)
    if (name === undefined) {
      name = prepared.newName()
      for (const evicted of prepared.evicted) writeCloseStatement(out, evicted)
      writeParse(out, name, this.#statement.sql, this.#statement.parameterOids)
      writeDescribeStatement(out, name)
      writeBind(out, '', name, this.#statement, this.#parameters)
      prepared.closed()
      prepared.add(this.#statement, name)
      this.#state = 'parsing'
    } else {
      writeBind(out, '', name, this.#statement, this.#parameters)
    }
    writeExecute(out, '', this.#batchRows)
    writeFlush(out)
  }

  /** Asks for the next batch. */
  fetch(): void {
    if (this.#state !== 'suspended' || this.#closing) return
    this.#state = 'fetching'
    this.#server.session.append(this, (out) => {
      writeExecute(out, '', this.#batchRows)
      writeFlush(out)
    })
  }

  /** Closes the portal; a batch that is on its way is dropped. */
  close(): void {
    if (this.#closing || this.#synced || this.#state === 'done') return
    this.#closing = true
    this.#rows = []
    this.#server.session.append(this, (out) => {
      writeClosePortal(out, '')
      writeSync(out)
    })
    this.#synced = true
    this.#reader.written()
  }

  row(bytes: Buffer, view: DataView, offset: number, end: number): void {
    if (this.#state !== 'fetching') refuseRow(this.#state)
    if (this.#closing || this.#failure !== null) return
    try {
      this.#rows.push(this.#decode(bytes, view, offset, end))
    } catch (error) {
      this.#failure = this.#statement.rowDecoder('object').explain(bytes, view, offset, end, error)
      this.close()
    }
  }

  message(name: BackendMessageName, reader: FrameReader): void {
    this.#state = advance(transitions, this.#state, name)
    switch (name) {
      case 'parameterDescription':
        readParameterDescription(reader)
        break
      case 'rowDescription':
        this.#described(readRowDescription(reader))
        break
      case 'noData':
        this.#described([])
        break
      case 'portalSuspended':
        this.#deliver()
        break
      case 'commandComplete':
      case 'emptyQueryResponse':
        this.#deliver()
        this.close()
        break
      case 'copyInResponse':
        this.#failure ??= new UsageError('COPY cannot be streamed as a query')
        this.#server.session.append(this, (out) => writeCopyFail(out, 'COPY FROM STDIN needs copyFrom'))
        break
      case 'copyOutResponse':
        this.#failure ??= new UsageError('COPY cannot be streamed as a query')
        break
      default:
    }
  }

  error(error: PostgresError): void {
    if (this.#state === 'parsing') this.#server.prepared.forget(this.#statement)
    this.#state = 'syncing'
    this.#failure ??= error
    if (this.#synced || error.fatal) return
    this.#server.session.append(this, writeSync)
    this.#synced = true
    this.#reader.written()
  }

  ready(): void {
    this.#state = advance(transitions, this.#state, 'readyForQuery')
    this.#reader.end(this.#failure ?? undefined)
  }

  fail(error: Error): void {
    this.#state = 'done'
    this.#rows = []
    this.#reader.end(this.#failure ?? error)
  }

  #deliver(): void {
    const rows = this.#rows
    this.#rows = []
    const decoder = this.#statement.rowDecoder('object')
    if (!decoder.compiled) this.#decode = decoder.interpreted(rows.length)
    if (!this.#closing && this.#failure === null) this.#reader.batch(rows)
  }

  #described(fields: readonly FieldDescription[]): void {
    if (this.#statement.describes(fields)) return
    this.#server.catalog.forget(this.#statement)
    this.#server.prepared.evict(this.#statement)
    this.#failure = new OutdatedStatementError(this.#statement.sql)
    this.close()
  }
}
