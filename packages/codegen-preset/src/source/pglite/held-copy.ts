/**
 * COPY FROM STDIN for PGlite, which wants the data together with the command: the command is held back, the client is told that it
 * may begin, and once the data has its end everything is passed on.
 */
const PARSE = 0x50
const BIND = 0x42
const EXECUTE = 0x45
const COPY_DATA = 0x64
const COPY_DONE = 0x63
const COPY_FAIL = 0x66
const COPY_IN_RESPONSE = 0x47

const COPY_FROM_STDIN = /^\s*(?:(?:--.*\n|\/\*[^]*?\*\/)\s*)*copy\b[^;]*\bfrom\s+stdin\b/i
const BINARY = /\bformat\s+'?binary\b|\bbinary\b(?=[^"]*$)/i

export class HeldCopy {
  /** The text of the unnamed statement: COPY is never prepared under a name. */
  #sql = ''
  #bound = ''
  #held: Buffer[] = []

  /**
   * Looks at a client's message. `tell` is what the client hears at once, `pass` what goes on to PGlite; null: nothing does yet.
   */
  take(message: Buffer): { readonly tell: Buffer | null; readonly pass: Buffer | null } {
    const type = message[0]
    if (type === PARSE) this.#sql = secondString(message)
    if (type === BIND) this.#bound = secondString(message) === '' ? this.#sql : ''
    if (this.#held.length > 0) {
      if (type === COPY_DATA) this.#held.push(message)
      if (type !== COPY_DONE && type !== COPY_FAIL) return { tell: null, pass: null }
      const pass = Buffer.concat([...this.#held, message])
      this.#held = []
      return { tell: null, pass }
    }
    if (type !== EXECUTE || !COPY_FROM_STDIN.test(this.#bound)) return { tell: null, pass: message }
    this.#held = [message]
    return { tell: copyInResponse(BINARY.test(this.#bound)), pass: null }
  }
}

/** Whether a server's message is the invitation that the client has had already. */
export function isCopyInResponse(frame: Buffer): boolean {
  return frame[0] === COPY_IN_RESPONSE
}

/** Of Parse, which has the statement's name before it, the text; of Bind, which has the portal's, the statement's name. */
function secondString(message: Buffer): string {
  const name = message.indexOf(0, 5)
  return message.toString('utf8', name + 1, message.indexOf(0, name + 1))
}

/** Without columns: who knows the table's columns is the server, and the client has asked it before. */
function copyInResponse(binary: boolean): Buffer {
  return Buffer.from([COPY_IN_RESPONSE, 0, 0, 0, 7, binary ? 1 : 0, 0, 0])
}
