/**
 * Which answer each Authentication message gets, and in which order they may come. No I/O: whoever owns the session
 * writes the answers.
 * @see https://www.postgresql.org/docs/current/protocol-flow.html
 */
import type { AuthenticationMethod } from '../../config/authentication-methods.ts'
import type { ChannelBinding, OAuthTokenSource, PasswordSource } from '../../config/connection-options.ts'
import type { ScramKeys } from '../../config/scram-keys.ts'
import { ProtocolError } from '../../errors/protocol-error.ts'
import { readSaslMechanisms, requestName } from './authentication-request.ts'
import type { AuthenticationRequest, AuthenticationRequestName } from './authentication-request.ts'
import { type Channel, chooseMechanism, type Mechanism } from './choose-mechanism.ts'
import { md5Response } from './md5.ts'
import { resolvePassword } from './resolve-password.ts'
import { resolveToken } from './resolve-token.ts'
import { ScramSha256 } from './scram-sha-256.ts'

export interface AuthenticatorSettings {
  readonly user: string
  readonly password: PasswordSource | undefined
  readonly oauthToken?: OAuthTokenSource | undefined
  /** Goes before the password where the server asks for SCRAM. */
  readonly scramKeys?: ScramKeys | undefined
  /** The methods that may be asked for. Undefined: all. */
  readonly requireAuth?: readonly AuthenticationMethod[] | undefined
  /** Default `prefer`. */
  readonly channelBinding?: ChannelBinding
  readonly maxScramIterations?: number
  /** Default: not encrypted. */
  readonly channel?: Channel
}

/** What to send next. `wait`: nothing, the server goes on; `done`: nothing, the server accepts the user. */
export type AuthenticationAnswer =
  | { readonly kind: 'password'; readonly password: string }
  | { readonly kind: 'saslInitial'; readonly mechanism: string; readonly response: string }
  | { readonly kind: 'saslResponse'; readonly response: string }
  | { readonly kind: 'wait' }
  | { readonly kind: 'done' }

type State =
  | 'started'
  | 'passwordSent'
  | 'saslStarted'
  | 'saslContinued'
  | 'verified'
  | 'tokenSent'
  | 'tokenRefused'
  | 'accepted'
  | 'failed'

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
  tokenSent: { AuthenticationOk: 'accepted', AuthenticationSASLContinue: 'tokenRefused' },
  // All that can follow is the server's error.
  tokenRefused: {},
  accepted: {},
  failed: {},
}

const IN_THE_CLEAR: Channel = { encrypted: false, confidential: false, endPoint: undefined }

/** What stands between the parts of OAUTHBEARER's messages, and is the whole answer to a refusal (RFC 7628). */
const SEPARATOR = '\u0001'

/** The methods whose request is a message of its own; SASL names its mechanisms. */
const methods: Partial<Record<AuthenticationRequestName, AuthenticationMethod>> = {
  AuthenticationOk: 'none',
  AuthenticationCleartextPassword: 'password',
  AuthenticationMD5Password: 'md5',
}

const methodTexts: Partial<Record<AuthenticationMethod, string>> = {
  none: 'wants to know nothing of us',
  password: 'asks for the password in clear text',
  md5: 'asks for an MD5 password',
}

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
    if (this.#state === 'started') this.#refuseUnwanted(name)
    this.#state = next
    return name
  }

  /** Before the first answer, and so before anything of the password's has left. */
  #refuseUnwanted(name: AuthenticationRequestName): void {
    const method = methods[name]
    if (method === undefined) return
    const { requireAuth, channelBinding } = this.#settings
    if (requireAuth?.includes(method) === false) {
      throw new ProtocolError(`The server ${methodTexts[method]}, which requireAuth does not allow`)
    }
    if (channelBinding === 'require') {
      throw new ProtocolError(`channelBinding is require, and the server ${methodTexts[method]}`)
    }
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

  #saslInitial(mechanisms: readonly string[]): Promise<AuthenticationAnswer> {
    const { channelBinding = 'prefer', requireAuth, channel = IN_THE_CLEAR } = this.#settings
    const mechanism = chooseMechanism(mechanisms, channel, { channelBinding, requireAuth })
    return mechanism.name === 'OAUTHBEARER' ? this.#oauth(channel) : this.#scramInitial(mechanism)
  }

  async #scramInitial({
    name,
    ...binding
  }: Exclude<Mechanism, { name: 'OAUTHBEARER' }>): Promise<AuthenticationAnswer> {
    const { maxScramIterations, scramKeys } = this.#settings
    this.#scram = new ScramSha256({
      secret: scramKeys ?? (await resolvePassword(this.#settings.password)),
      ...binding,
      ...(maxScramIterations === undefined ? {} : { maxIterations: maxScramIterations }),
    })
    return { kind: 'saslInitial', mechanism: name, response: this.#scram.clientFirst() }
  }

  /** Whoever reads the token can use it, so it goes nowhere in the clear. */
  async #oauth(channel: Channel): Promise<AuthenticationAnswer> {
    if (!channel.confidential) {
      throw new ProtocolError('The server asks for an OAuth token on a connection that is not encrypted')
    }
    this.#state = 'tokenSent'
    const token = await resolveToken(this.#settings.oauthToken)
    const response = `n,,${SEPARATOR}auth=Bearer ${token}${SEPARATOR}${SEPARATOR}`
    return { kind: 'saslInitial', mechanism: 'OAUTHBEARER', response }
  }

  async #saslContinue(serverFirst: string): Promise<AuthenticationAnswer> {
    if (this.#state === 'tokenRefused') return { kind: 'saslResponse', response: SEPARATOR }
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
