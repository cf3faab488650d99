/**
 * Reads what a client sent. Written apart from the driver's own writer on purpose, so that one mistake cannot hide in both.
 *
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html
 */

/** The untyped messages that open a connection. */
export type OpeningMessage =
  | { readonly type: 'startup'; readonly version: string; readonly parameters: Readonly<Record<string, string>> }
  | { readonly type: 'cancelRequest'; readonly processId: number; readonly secretKey: Buffer }
  | { readonly type: 'sslRequest' }
  | { readonly type: 'gssEncRequest' }

/** A statement (`S`) or a portal (`P`). */
export type Target = 'S' | 'P'

export type FrontendMessage =
  | { readonly type: 'query'; readonly sql: string }
  | { readonly type: 'parse'; readonly statement: string; readonly sql: string; readonly parameterOids: number[] }
  | {
      readonly type: 'bind'
      readonly portal: string
      readonly statement: string
      readonly parameterFormats: number[]
      readonly parameters: (Buffer | null)[]
      readonly resultFormats: number[]
    }
  | { readonly type: 'describe'; readonly target: Target; readonly name: string }
  | { readonly type: 'execute'; readonly portal: string; readonly maxRows: number }
  | { readonly type: 'close'; readonly target: Target; readonly name: string }
  | { readonly type: 'flush' }
  | { readonly type: 'sync' }
  | { readonly type: 'terminate' }
  | { readonly type: 'copyData'; readonly content: Buffer }
  | { readonly type: 'copyDone' }
  | { readonly type: 'copyFail'; readonly reason: string }
  | { readonly type: 'functionCall'; readonly content: Buffer }
  /** A password, or a SASL response: which one, only the server's last request tells. */
  | { readonly type: 'password'; readonly content: Buffer }

export type FrontendMessageType = FrontendMessage['type']

const CANCEL_REQUEST = 80_877_102
const SSL_REQUEST = 80_877_103
const GSS_ENC_REQUEST = 80_877_104

/** Takes an opening message from the front of `bytes`; `undefined` when it is not all there. */
export function takeOpening(bytes: Buffer): { message: OpeningMessage; rest: Buffer } | undefined {
  if (bytes.length < 8) return undefined
  const length = bytes.readUInt32BE(0)
  if (bytes.length < length) return undefined
  return { message: readOpening(bytes.subarray(4, length)), rest: bytes.subarray(length) }
}

/** Takes a typed message from the front of `bytes`; `undefined` when it is not all there. */
export function takeMessage(bytes: Buffer): { message: FrontendMessage; rest: Buffer } | undefined {
  if (bytes.length < 5) return undefined
  const end = 1 + bytes.readUInt32BE(1)
  if (bytes.length < end) return undefined
  const type = String.fromCharCode(bytes[0] ?? 0)
  const read = READERS[type]
  if (read === undefined) throw new Error(`The client sent a message of the unknown type ${JSON.stringify(type)}`)
  const body = new Body(bytes.subarray(5, end))
  const message = read(body)
  body.end(message.type)
  return { message, rest: bytes.subarray(end) }
}

function readOpening(content: Buffer): OpeningMessage {
  const body = new Body(content)
  const code = body.int32()
  if (code === SSL_REQUEST) return { type: 'sslRequest' }
  if (code === GSS_ENC_REQUEST) return { type: 'gssEncRequest' }
  if (code === CANCEL_REQUEST) return { type: 'cancelRequest', processId: body.int32(), secretKey: body.rest() }
  const parameters: Record<string, string> = {}
  for (let name = body.cstring(); name !== ''; name = body.cstring()) parameters[name] = body.cstring()
  body.end('startup')
  return { type: 'startup', version: `${code >>> 16}.${code & 0xffff}`, parameters }
}

const READERS: Readonly<Record<string, (body: Body) => FrontendMessage>> = {
  Q: (body) => ({ type: 'query', sql: body.cstring() }),
  P: (body) => ({
    type: 'parse',
    statement: body.cstring(),
    sql: body.cstring(),
    parameterOids: body.list(() => body.uint32()),
  }),
  B: (body) => ({
    type: 'bind',
    portal: body.cstring(),
    statement: body.cstring(),
    parameterFormats: body.list(() => body.uint16()),
    parameters: body.list(() => body.value()),
    resultFormats: body.list(() => body.uint16()),
  }),
  D: (body) => ({ type: 'describe', target: body.target(), name: body.cstring() }),
  E: (body) => ({ type: 'execute', portal: body.cstring(), maxRows: body.int32() }),
  C: (body) => ({ type: 'close', target: body.target(), name: body.cstring() }),
  H: () => ({ type: 'flush' }),
  S: () => ({ type: 'sync' }),
  X: () => ({ type: 'terminate' }),
  d: (body) => ({ type: 'copyData', content: body.rest() }),
  c: () => ({ type: 'copyDone' }),
  f: (body) => ({ type: 'copyFail', reason: body.cstring() }),
  F: (body) => ({ type: 'functionCall', content: body.rest() }),
  p: (body) => ({ type: 'password', content: body.rest() }),
}

/** Reads through one message, and refuses to read past its end. */
class Body {
  readonly #bytes: Buffer
  #offset = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  uint16(): number {
    return this.#take(2).readUInt16BE(0)
  }

  int32(): number {
    return this.#take(4).readInt32BE(0)
  }

  uint32(): number {
    return this.#take(4).readUInt32BE(0)
  }

  cstring(): string {
    const end = this.#bytes.indexOf(0, this.#offset)
    if (end === -1) throw new Error('The client sent a string without its terminator')
    const text = this.#take(end - this.#offset).toString('utf8')
    this.#offset++
    return text
  }

  value(): Buffer | null {
    const length = this.int32()
    return length === -1 ? null : Buffer.from(this.#take(length))
  }

  target(): Target {
    const target = this.#take(1).toString('latin1')
    if (target !== 'S' && target !== 'P') throw new Error(`The client named a target of kind ${JSON.stringify(target)}`)
    return target
  }

  list<Item>(read: () => Item): Item[] {
    return Array.from({ length: this.uint16() }, read)
  }

  /** A copy of everything that is left. */
  rest(): Buffer {
    return Buffer.from(this.#take(this.#bytes.length - this.#offset))
  }

  end(type: string): void {
    const extra = this.#bytes.length - this.#offset
    if (extra !== 0) throw new Error(`The client's ${type} message has ${extra} bytes too many`)
  }

  #take(count: number): Buffer {
    const end = this.#offset + count
    if (count < 0 || end > this.#bytes.length) throw new Error('The client sent a message that is too short')
    const bytes = this.#bytes.subarray(this.#offset, end)
    this.#offset = end
    return bytes
  }
}
