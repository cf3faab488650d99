import type { SendBuffer } from '../../bytes/send-buffer.ts'
import type { ProtocolVersions } from '../../config/connection-settings.ts'
import type { PostgresError } from '../../errors/postgres-error.ts'
import { ProtocolError } from '../../errors/protocol-error.ts'
import type { BackendMessageName } from '../../wire/backend-messages.ts'
import {
  writePassword,
  writeSaslInitialResponse,
  writeSaslResponse,
  writeStartup,
} from '../../wire/control-messages.ts'
import type { FrameReader } from '../../wire/frame-reader.ts'
import type { AuthenticationAnswer, Authenticator } from '../authentication/authenticate.ts'
import { advance, type Exchange, refuseRow, type Transitions } from '../exchange.ts'
import { readNegotiatedVersion } from '../negotiated-version.ts'
import { adviseOnLogin } from '../pooler-advice.ts'
import type { Session } from '../session.ts'

/** Keys are 4 bytes in protocol 3.0, up to 256 in 3.2. */
const MIN_KEY_BYTES = 4
const MAX_KEY_BYTES = 256

/** Linux has none above, and others give smaller ones. PgBouncer gives a random number of 31 or 32 bits: one in 500 is smaller. */
const MAX_PROCESS_ID = 4_194_304

type State = 'opening' | 'negotiated' | 'authenticating' | 'starting' | 'keyed' | 'done'

const transitions: Transitions<State> = {
  opening: { negotiateProtocolVersion: 'negotiated', authentication: 'authenticating' },
  negotiated: { authentication: 'authenticating' },
  authenticating: { authentication: 'authenticating' },
  starting: { backendKeyData: 'keyed', readyForQuery: 'done' },
  keyed: { readyForQuery: 'done' },
  done: {},
}

/** From StartupMessage to the first ReadyForQuery. */
export class StartupExchange implements Exchange {
  next: Exchange | null = null
  readonly #session: Session
  readonly #parameters: Readonly<Record<string, string>>
  readonly #versions: ProtocolVersions
  readonly #authenticator: Authenticator
  readonly #resolve: () => void
  readonly #reject: (error: Error) => void
  #state: State = 'opening'
  #failure: Error | null = null

  constructor(
    session: Session,
    parameters: Readonly<Record<string, string>>,
    versions: ProtocolVersions,
    authenticator: Authenticator,
    resolve: () => void,
    reject: (error: Error) => void,
  ) {
    this.#session = session
    this.#parameters = parameters
    this.#versions = versions
    this.#authenticator = authenticator
    this.#resolve = resolve
    this.#reject = reject
  }

  write(out: SendBuffer): void {
    writeStartup(out, this.#parameters, this.#versions.max)
  }

  row(): void {
    refuseRow(this.#state)
  }

  message(name: BackendMessageName, reader: FrameReader): void {
    this.#state = advance(transitions, this.#state, name)
    if (name === 'authentication') this.#authenticate(reader)
    else if (name === 'negotiateProtocolVersion') readNegotiatedVersion(reader, this.#versions)
    else this.#keepKey(reader)
  }

  error(error: PostgresError): void {
    // Whatever the server reports now, it closes the connection with it.
    this.#failure ??= error
    error.outcome = 'not-sent'
    adviseOnLogin(error)
    this.#session.destroy(error)
  }

  ready(): void {
    this.#state = advance(transitions, this.#state, 'readyForQuery')
    this.#resolve()
  }

  fail(error: Error): void {
    this.#reject(this.#failure ?? error)
  }

  #authenticate(reader: FrameReader): void {
    const code = reader.int32()
    const body = reader.copy(reader.remaining)
    this.#authenticator
      .respond({ code, body })
      .then((answer) => this.#answer(answer))
      .catch((error: Error) => {
        this.#failure ??= error
        this.#session.destroy(error)
      })
    // Better than what the messages behind it would be refused with.
    const { failure } = this.#authenticator
    if (failure !== null) throw failure
    // AuthenticationOk is usually followed by the rest in the same read, before any promise settles.
    if (this.#authenticator.accepted) this.#state = 'starting'
  }

  #answer(answer: AuthenticationAnswer): void {
    if (answer.kind === 'wait' || answer.kind === 'done') return
    this.#session.append(this, (out) => {
      if (answer.kind === 'password') writePassword(out, answer.password)
      else if (answer.kind === 'saslInitial') writeSaslInitialResponse(out, answer.mechanism, answer.response)
      else writeSaslResponse(out, answer.response)
    })
  }

  #keepKey(reader: FrameReader): void {
    const processId = reader.int32()
    const { remaining } = reader
    if (remaining < MIN_KEY_BYTES || remaining > MAX_KEY_BYTES) {
      throw new ProtocolError('The server sent a cancel key of an impossible length')
    }
    this.#session.processId = processId
    this.#session.pooled = processId < 1 || processId > MAX_PROCESS_ID
    this.#session.secretKey = reader.copy(remaining)
  }
}
