import type { SendBuffer } from '../../bytes/send-buffer.ts'
import type { RowFunction } from '../../types/rows/row-function.ts'
import type { BackendMessageName } from '../../wire/backend-messages.ts'
import { readParameterDescription, readRowDescription } from '../../wire/descriptions.ts'
import {
  writeClosePortal,
  writeDescribeStatement,
  writeExecute,
  writeFlush,
  writeParse,
} from '../../wire/extended-query.ts'
import type { FrameReader } from '../../wire/frame-reader.ts'
import { writeBind } from '../bind.ts'
import type { CatalogQuestion } from '../catalog-question.ts'
import type { Catalog } from '../catalog.ts'
import { advance, refuseRow, type Transitions } from '../exchange.ts'
import type { Statement } from '../statement.ts'

/** Beside the unnamed portal, which is being read. */
const PORTAL = '_pgwire_types'

type State =
  | 'preparing'
  | 'describing parameters'
  | 'describing rows'
  | 'parsing'
  | 'binding'
  | 'fetching'
  | 'closing'
  | 'done'

const transitions: Transitions<State> = {
  // The first time on a database: nobody knows its description.
  preparing: { parseComplete: 'describing parameters' },
  'describing parameters': { parameterDescription: 'describing rows' },
  'describing rows': { rowDescription: 'binding' },
  parsing: { parseComplete: 'binding' },
  binding: { bindComplete: 'fetching' },
  fetching: { commandComplete: 'closing' },
  closing: { closeComplete: 'done' },
  done: {},
}

/**
 * A look-up of types or columns while a portal is open, which a Sync would end: through a second portal, with a Flush behind.
 *
 * The statement is parsed for each use, without a name: one that somebody has deallocated would end the transaction, and
 * the first portal with it. That portal does not need its statement any more, so it may have had the same name.
 */
export class PortalLookUp {
  readonly #catalog: Catalog
  readonly #question: CatalogQuestion
  /** Appends frames to those of the exchange. */
  readonly #append: (write: (out: SendBuffer) => void) => void
  #state: State
  #abandoned = false
  #parameterOids: readonly number[] = []
  #decode: RowFunction | null = null
  readonly #rows: unknown[] = []

  constructor(catalog: Catalog, question: CatalogQuestion, append: (write: (out: SendBuffer) => void) => void) {
    this.#catalog = catalog
    this.#question = question
    this.#append = append
    this.#state = catalog.lookUpStatement(question.sql) === undefined ? 'preparing' : 'parsing'
  }

  start(): void {
    const { sql } = this.#question
    const statement = this.#catalog.lookUpStatement(sql)
    this.#append((out) => {
      writeParse(out, '', sql, statement?.parameterOids ?? [])
      if (statement === undefined) {
        writeDescribeStatement(out, '')
        writeFlush(out)
      } else this.#writeExecution(out, statement)
    })
  }

  /** Nothing may be appended any more; what was, is still answered. */
  abandon(): void {
    this.#abandoned = true
  }

  get done(): boolean {
    return this.#state === 'done'
  }

  row(bytes: Buffer, view: DataView, offset: number, end: number): void {
    if (this.#state !== 'fetching' || this.#decode === null) refuseRow(this.#state)
    this.#rows.push(this.#decode(bytes, view, offset, end))
  }

  message(name: BackendMessageName, reader: FrameReader): void {
    this.#state = advance(transitions, this.#state, name)
    if (name === 'parameterDescription') this.#parameterOids = readParameterDescription(reader)
    else if (name === 'rowDescription') {
      const fields = readRowDescription(reader)
      const statement = this.#catalog.addLookUpStatement(this.#question.sql, this.#parameterOids, fields)
      if (this.#abandoned) this.#state = 'done'
      else this.#append((out) => this.#writeExecution(out, statement))
    }
    if (name === 'closeComplete') this.#question.keep(this.#rows)
  }

  #writeExecution(out: SendBuffer, statement: Statement): void {
    this.#decode = statement.rowDecoder('object').rowFunction()
    writeBind(out, PORTAL, '', statement, this.#question.parameters)
    writeExecute(out, PORTAL, 0)
    writeClosePortal(out, PORTAL)
    writeFlush(out)
  }
}
