/**
 * The client's side of SCRAM-SHA-256, as messages in and messages out. It trusts nothing that the server sends: the
 * nonce has to extend ours, the iterations are bounded before a hash is computed, and the login counts only when the
 * server has proved that it knows the password too.
 * @see https://www.rfc-editor.org/rfc/rfc5802 and https://www.rfc-editor.org/rfc/rfc7677
 */
import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

import type { ScramKeys } from '../../config/scram-keys.ts'
import { ProtocolError } from '../../errors/protocol-error.ts'
import { UsageError } from '../../errors/usage-error.ts'
import { saslPrep } from './sasl-prep.ts'

/** PostgreSQL's default is 4,096. Without a bound a server could keep a thread busy for minutes per login. */
export const MAX_SCRAM_ITERATIONS = 100_000

/** Characters of one message from the server; real ones have about a hundred. */
const MAX_MESSAGE_LENGTH = 4096

/** The first value that base64 makes of them is 24 characters without padding. PostgreSQL itself takes 18. */
const NONCE_BYTES = 18

const HASH_BYTES = 32

/** Printable ASCII without the comma. */
const NONCE = /^[\x21-\x2b\x2d-\x7e]+$/

/** RFC 5802's posit-number, with more digits than any acceptable count. */
const ITERATIONS = /^[1-9][0-9]{0,9}$/

/** RFC 5802's server-error-value; anything else is not repeated to the caller. */
const SERVER_ERROR = /^[a-z][a-z0-9-]{0,63}$/

export interface ScramOptions {
  /** The password, or what would be made of it. */
  readonly secret: string | ScramKeys
  /** PostgreSQL takes the user from the start-up message and ignores this one. */
  readonly user?: string
  /** Printable ASCII without a comma, never used twice. Default: 18 random bytes in base64. */
  readonly clientNonce?: string
  /** Whether and how the login is bound to the TLS channel. Default `n,,`: it is not. */
  readonly gs2Header?: string
  /** What the channel is known by, when `gs2Header` names a binding. */
  readonly channelBinding?: Uint8Array
  readonly maxIterations?: number
}

interface ServerFirst {
  readonly nonce: string
  readonly salt: Uint8Array
  readonly iterations: number
}

export class ScramSha256 {
  readonly #secret: string | ScramKeys
  readonly #clientNonce: string
  readonly #clientFirstBare: string
  readonly #gs2Header: string
  readonly #channelBinding: Uint8Array
  readonly #maxIterations: number
  #serverSignature: Buffer | undefined

  constructor(options: ScramOptions) {
    this.#secret = options.secret
    this.#clientNonce = options.clientNonce ?? randomBytes(NONCE_BYTES).toString('base64')
    this.#clientFirstBare = `n=${escapeName(options.user ?? '')},r=${this.#clientNonce}`
    this.#gs2Header = options.gs2Header ?? 'n,,'
    this.#channelBinding = options.channelBinding ?? new Uint8Array()
    this.#maxIterations = options.maxIterations ?? MAX_SCRAM_ITERATIONS
  }

  /** The client-first-message. */
  clientFirst(): string {
    return this.#gs2Header + this.#clientFirstBare
  }

  /** The client-final-message, which proves that we know the password. The slow hash runs off the event loop. */
  async clientFinal(serverFirst: string): Promise<string> {
    const first = this.#parseServerFirst(serverFirst)
    const { clientKey, serverKey } =
      typeof this.#secret === 'string' ? await this.#derive(this.#secret, first) : this.#secret
    const { nonce } = first

    const channel = Buffer.concat([Buffer.from(this.#gs2Header), this.#channelBinding]).toString('base64')
    const withoutProof = `c=${channel},r=${nonce}`
    const authMessage = `${this.#clientFirstBare},${serverFirst},${withoutProof}`

    const storedKey = createHash('sha256').update(clientKey).digest()
    const proof = xor(clientKey, hmac(storedKey, authMessage))
    this.#serverSignature = hmac(serverKey, authMessage)
    return `${withoutProof},p=${proof.toString('base64')}`
  }

  /** Returns only when the server has proved that it knows the password. */
  verifyServerFinal(serverFinal: string): void {
    const expected = this.#serverSignature
    if (expected === undefined) throw new UsageError('The SCRAM exchange has not come to its end')
    if (serverFinal.length > MAX_MESSAGE_LENGTH) throw malformed('its final message is too long')
    if (serverFinal.startsWith('e=')) throw refusal(serverFinal.slice(2))
    if (!serverFinal.startsWith('v=')) throw malformed('its final message has no signature')

    const signature = decodeBase64(serverFinal.slice(2), 'its signature')
    if (signature.length !== HASH_BYTES || !timingSafeEqual(signature, expected)) {
      throw new ProtocolError('The server does not know the password: its SCRAM signature does not match')
    }
  }

  #parseServerFirst(message: string): ServerFirst {
    if (message.length > MAX_MESSAGE_LENGTH) throw malformed('its first message is too long')
    if (message.startsWith('m=')) throw malformed('it asks for an extension that is not known')
    const [nonce, salt, iterations, ...rest] = message.split(',')
    if (rest.length > 0) throw malformed('its first message has more attributes than the three that are due')

    return {
      nonce: this.#checkNonce(attribute('r', nonce)),
      salt: decodeBase64(attribute('s', salt), 'its salt'),
      iterations: parseIterations(attribute('i', iterations)),
    }
  }

  async #derive(password: string, { salt, iterations }: ServerFirst): Promise<ScramKeys> {
    if (iterations > this.#maxIterations) {
      throw new ProtocolError(`The server asks for more than ${this.#maxIterations} SCRAM iterations`)
    }
    const salted = await deriveKey(saslPrep(password), salt, iterations, HASH_BYTES, 'sha256')
    return { clientKey: hmac(salted, 'Client Key'), serverKey: hmac(salted, 'Server Key') }
  }

  #checkNonce(nonce: string): string {
    if (!NONCE.test(nonce)) throw malformed('its nonce has characters that a nonce cannot have')
    if (!nonce.startsWith(this.#clientNonce)) throw malformed('its nonce does not begin with ours')
    if (nonce.length === this.#clientNonce.length) throw malformed('its nonce adds nothing to ours')
    return nonce
  }
}

function parseIterations(text: string): number {
  if (!ITERATIONS.test(text)) throw malformed('its iteration count is not a positive number')
  return Number(text)
}

const deriveKey = promisify(pbkdf2)

function attribute(name: string, text: string | undefined): string {
  if (text?.startsWith(`${name}=`) !== true) throw malformed(`its first message has no ${name}= where it is due`)
  return text.slice(2)
}

/** Node ignores what is no base64; a text that does not come out again as it went in is refused. */
function decodeBase64(text: string, what: string): Buffer {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length === 0 || bytes.toString('base64') !== text) throw malformed(`${what} is not base64`)
  return bytes
}

function refusal(reason: string): ProtocolError {
  return new ProtocolError(`The server ended the SCRAM exchange${SERVER_ERROR.test(reason) ? `: ${reason}` : ''}`)
}

function malformed(reason: string): ProtocolError {
  return new ProtocolError(`The server broke the rules of SCRAM: ${reason}`)
}

/** RFC 5802's saslname. */
function escapeName(name: string): string {
  return name.replaceAll('=', '=3D').replaceAll(',', '=2C')
}

function hmac(key: Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function xor(left: Uint8Array, right: Uint8Array): Buffer {
  return Buffer.from(left.map((byte, index) => byte ^ (right[index] ?? 0)))
}
