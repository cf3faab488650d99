/**
 * Which answer each Authentication message gets, and in which order they may come. No I/O: whoever owns the session
 * writes the answers.
 * @see https://www.postgresql.org/docs/current/protocol-flow.html
 */
import type { PasswordSource } from '../../config/connection-options.ts'
import { ProtocolError } from '../../errors/protocol-error.ts'
import { readSaslMechanisms, requestName } from './authentication-request.ts'
import type { AuthenticationRequest, AuthenticationRequestName } from './authentication-request.ts'
import { md5Response } from './md5.ts'
import { resolvePassword } from './resolve-password.ts'
import { ScramSha256 } from './scram-sha-256.ts'

export interface AuthenticatorSettings {
  readonly user: string
  readonly password: PasswordSource | undefined
}

/** What to send next. `wait`: nothing, the server goes on; `done`: nothing, the server accepts the user. */
export type AuthenticationAnswer =
  | { readonly kind: 'password'; readonly password: string }
  | { readonly kind: 'saslInitial'; readonly mechanism: string; readonly response: string }
  | { readonly kind: 'saslResponse'; readonly response: string }
  | { readonly kind: 'wait' }
  | { readonly kind: 'done' }

type State = 'started' | 'passwordSent' | 'saslStarted' | 'saslContinued' | 'verified' | 'accepted' | 'failed'

const transitions: Record<State, Partial<Record<AuthenticationRequestName, State>>> = {
  started: {
    AuthenticationOk: 'accepted',
    AuthenticationCleartextPassword: 'passwordSent',
    AuthenticationMD5Password: 'passwordSent',
    AuthenticationSASL: 'saslStarted',
  },
  passwordSent: { AuthenticationOk: 'accepted' },
  saslStarted: { AuthenticationSASLContinue: 'saslContinued' },
  // AuthenticationOk is no answer here: the server has not proved yet that it knows the password.
  saslContinued: { AuthenticationSASLFinal: 'verified' },
  verified: { AuthenticationOk: 'accepted' },
  accepted: {},
  failed: {},
}

const SCRAM_SHA_256 = 'SCRAM-SHA-256'

/** One authenticator is good for one login. */
export function createAuthenticator(settings: AuthenticatorSettings): Authenticator {
  return new Authenticator(settings)
}

export class Authenticator {
  readonly #settings: AuthenticatorSettings
  #state: State = 'started'
  /** An answer is being worked out: the server cannot have anything to say to it yet. */
  #answering = false
  #scram: ScramSha256 | undefined
  #failure: Error | null = null

  constructor(settings: AuthenticatorSettings) {
    this.#settings = settings
  }

  /**
   * Whether the server has accepted the user. It is known as soon as `respond` has been called with AuthenticationOk,
   * before its promise settles: the messages behind it are usually in the same read.
   */
  get accepted(): boolean {
    return this.#state === 'accepted'
  }

  /** What has gone wrong; known as soon as `respond` has been called, where no answer had to be worked out. */
  get failure(): Error | null {
    return this.#failure
  }

  /**
   * Takes the next Authentication message. Rejects with `ProtocolError` for one that cannot come here and with
   * `ConfigError` when a password is missing or unusable; nothing can be answered after that.
   */
  async respond(request: AuthenticationRequest): Promise<AuthenticationAnswer> {
    try {
      const answer = this.#answer(this.#enter(request.code), request.body)
      if (!(answer instanceof Promise)) return answer
      this.#answering = true
      const awaited = await answer
      // Another message came meanwhile and was refused: nobody may act on this answer any more.
      if (this.#state === 'failed') throw new ProtocolError('The server did not wait for the answer to its request')
      return awaited
    } catch (error) {
      this.#state = 'failed'
      this.#failure ??= error as Error
      throw error
    } finally {
      this.#answering = false
    }
  }

  #enter(code: number): AuthenticationRequestName {
    const name = requestName(code)
    const next = this.#answering ? undefined : transitions[this.#state][name]
    if (next === undefined) throw new ProtocolError(`The server sent ${name} where it cannot come`)
    this.#state = next
    return name
  }

  #answer(name: AuthenticationRequestName, body: Uint8Array): AuthenticationAnswer | Promise<AuthenticationAnswer> {
    switch (name) {
      case 'AuthenticationOk':
        this.#scram = undefined
        return { kind: 'done' }
      case 'AuthenticationCleartextPassword':
        return this.#cleartext()
      case 'AuthenticationMD5Password':
        return this.#md5(Uint8Array.from(body))
      case 'AuthenticationSASL':
        return this.#saslInitial(readSaslMechanisms(body))
      case 'AuthenticationSASLContinue':
        return this.#saslContinue(latin1(body))
      case 'AuthenticationSASLFinal':
        this.#currentScram().verifyServerFinal(latin1(body))
        return { kind: 'wait' }
    }
  }

  async #cleartext(): Promise<AuthenticationAnswer> {
    return { kind: 'password', password: await resolvePassword(this.#settings.password) }
  }

  async #md5(salt: Uint8Array): Promise<AuthenticationAnswer> {
    const password = await resolvePassword(this.#settings.password)
    return { kind: 'password', password: md5Response(this.#settings.user, password, salt) }
  }

  async #saslInitial(mechanisms: readonly string[]): Promise<AuthenticationAnswer> {
    if (!mechanisms.includes(SCRAM_SHA_256)) {
      throw new ProtocolError(
        `The server offers no SASL mechanism that is supported (it offers ${mechanisms.join(', ')})`,
      )
    }
    this.#scram = new ScramSha256({ password: await resolvePassword(this.#settings.password) })
    return { kind: 'saslInitial', mechanism: SCRAM_SHA_256, response: this.#scram.clientFirst() }
  }

  async #saslContinue(serverFirst: string): Promise<AuthenticationAnswer> {
    return { kind: 'saslResponse', response: await this.#currentScram().clientFinal(serverFirst) }
  }

  #currentScram(): ScramSha256 {
    if (this.#scram === undefined) throw new ProtocolError('The server goes on with a SASL exchange that has not begun')
    return this.#scram
  }
}

/** SCRAM's messages are ASCII; any other byte becomes a character that its grammar refuses. */
function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1')
}
