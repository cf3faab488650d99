import { PostgresError } from '../errors/postgres-error.ts'
import { defaultTypes } from '../types/profile/profile.ts'
import type { Connection } from './connection.ts'

/** Which transaction of which history: after a failover or a crash, another one may have the same number. */
export interface CommitMark {
  /** `xid8`. */
  readonly id: string
  readonly timeline: string
  /** When the server was asked, in seconds of its clock since 1970. */
  readonly time: string
}

/** From this version on `pg_current_xact_id_if_assigned` exists; asking in vain would end the transaction. */
const FIRST_MAJOR = 13

const QUESTION = `select pg_catalog.pg_current_xact_id_if_assigned()::pg_catalog.text,
  case when not pg_catalog.pg_is_in_recovery()
    then pg_catalog.left(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 8) end,
  extract(epoch from pg_catalog.clock_timestamp())::pg_catalog.text`

/** PostgreSQL itself: what only speaks its protocol need not have the functions, and an error would end the transaction. */
const POSTGRES = /^\d+(?:\.\d+|beta\d+|rc\d+|devel)*(?: \(.*\))?$/

/** What begins like this has no transaction id yet when it ends, unless a function or a row lock needed one. */
const READS = /^(?:\s|\(|--[^\n]*\n)*(?:select|values|table|show|explain|fetch|set|savepoint|release)\b/i

/**
 * The id of a running transaction, which tells afterwards whether it was committed. It is asked for behind a statement that
 * writes, in the same flight, and once more in front of the COMMIT where it is not known by then.
 */
export class TransactionId {
  readonly #connection: Connection
  readonly #available: boolean
  #asking = false
  /** A statement that writes was sent, and nothing asked since. */
  #due = false
  #mark: CommitMark | null = null
  #answered: Promise<void> = Promise.resolve()
  #refusal: PostgresError | null = null

  /** `writes`: whether the transaction can have written anything. */
  constructor(connection: Connection, writes: boolean) {
    this.#connection = connection
    this.#available =
      writes &&
      POSTGRES.test(connection.serverSetting('server_version') ?? '') &&
      connection.serverSetting('crdb_version') === undefined &&
      connection.serverVersion.major >= FIRST_MAJOR
  }

  get mark(): CommitMark | null {
    return this.#mark
  }

  /** The error of the question itself, such as that of a cancel which has hit it: the transaction has failed with it. */
  async refusal(): Promise<PostgresError | null> {
    await this.#answered
    return this.#refusal
  }

  /** To be called right behind the sending of a statement. */
  askBehind(sql: string): void {
    if (!READS.test(sql)) this.ask()
  }

  /** For a statement that nothing may be sent behind: what is due from those before it is asked, and it becomes due itself. */
  askInFront(sql: string): void {
    if (this.#due) this.ask()
    this.#due = !READS.test(sql)
  }

  ask(): void {
    this.#due = false
    if (!this.#available || this.#asking || this.#mark !== null) return
    this.#asking = true
    this.#answered = this.#connection
      .query<[string | null, string | null, string]>(QUESTION, [], {
        rowMode: 'array',
        types: defaultTypes,
        timeoutMs: 0,
      })
      .then(({ rows: [row] }) => {
        this.#asking = false
        const [id, timeline, time] = row ?? [null, null, '']
        if (id !== null && timeline !== null) this.#mark = { id, timeline, time }
      })
      // The transaction has failed by then, or the connection is lost.
      .catch((error: unknown) => {
        this.#asking = false
        if (error instanceof PostgresError) this.#refusal = error
      })
  }
}
