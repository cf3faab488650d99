/**
 * A hundred clients who write numbers and read them back, through a pool and through Kysely on the same pool, while
 * something happens to the server. What the tables say afterwards has to agree with what each of them was told.
 */
import assert from 'node:assert/strict'

import { type Generated, Kysely } from 'kysely'
import { batch, type Outcome, PgwireDialect, type Pool } from 'kysely-pgwire'
import { vi } from 'vitest'

import type { TestServer } from '../support/test-server.ts'

const CLIENTS = 100

/** On a machine that has other things to do. */
const WITHIN = { timeout: 15_000, interval: 5 }

/** What a client was told of a write: that it succeeded, or the outcome on its error. */
type Told = 'ok' | Outcome

/** How often a number may be in the table, by what its client was told. */
const allowed: Readonly<Record<Told, readonly number[]>> = {
  ok: [1],
  applied: [1],
  'not-sent': [0],
  'rolled-back': [0],
  unknown: [0, 1],
}

interface Tables {
  /** Nothing is unique in it: what is done twice is there twice. */
  ledger: { n: number; in_recovery: Generated<boolean> }
  /** What some write on top, in one transaction: it is there if and only if the number is. */
  echo: { n: number }
}

/** To be run in the database before there is load. */
export const SCHEMA = `
  create table ledger (n int4 not null, in_recovery bool not null default pg_is_in_recovery());
  create index on ledger (n);
  create table echo (n int4 not null);
  create index on echo (n)`

const INSERT = 'insert into ledger (n) values ($1)'
const ECHO = 'insert into echo values ($1)'

/** A way to write a number. */
type Write = (pool: Pool, db: Kysely<Tables>, n: number) => Promise<unknown>

const writes: readonly Write[] = [
  (pool, _, n) => pool.query(INSERT, [n]),
  async (pool, _, n) => assert.equal(await pool.fetchValue(`${INSERT} returning n`, [n]), n),
  (pool, _, n) => pool.copyFrom('ledger', [[n]], { columns: ['n'] }),
  (pool, _, n) => pool.executeMany(INSERT, [[n]]),
  (_, db, n) => db.insertInto('ledger').values({ n }).execute(),
]

/** The same for numbers that have an echo. */
const echoedWrites: readonly Write[] = [
  (pool, _, n) =>
    pool.transaction(async (transaction) => {
      await transaction.query(INSERT, [n])
      await transaction.query(ECHO, [n])
    }),
  (pool, _, n) =>
    pool.batch([
      { sql: INSERT, parameters: [n] },
      { sql: ECHO, parameters: [n] },
    ]),
  (_, db, n) =>
    db.transaction().execute(async (transaction) => {
      await transaction.insertInto('ledger').values({ n }).execute()
      await transaction.insertInto('echo').values({ n }).execute()
    }),
  (_, db, n) => batch(db, [db.insertInto('ledger').values({ n }), db.insertInto('echo').values({ n })]),
]

const isEchoed = (n: number): boolean => n % 2 === 1

/** The clients, what they were told, and who looks at it afterwards. */
export class LedgerLoad implements AsyncDisposable {
  readonly #pool: Pool
  readonly #db: Kysely<Tables>
  readonly #told = new Map<number, Told>()
  /** What must not happen, whatever the server does. */
  readonly #complaints: string[] = []
  readonly #uncaught: unknown[] = []
  readonly #clients: readonly Promise<void>[]
  /** When each client was served for the first time since somebody has begun to look; 0: not yet. */
  #firstSince = new Float64Array(CLIENTS)
  #served = 0
  #failed = 0
  #over = false

  /** Starts at once, and goes on until it is settled or disposed of. `pool` is not closed by this. */
  constructor(pool: Pool) {
    this.#pool = pool
    this.#db = new Kysely<Tables>({ dialect: new PgwireDialect({ pool }) })
    process.on('uncaughtException', this.#note)
    process.on('unhandledRejection', this.#note)
    this.#clients = Array.from({ length: CLIENTS }, (_, client) => this.#work(client))
  }

  /** Resolves once so many more calls have succeeded. */
  async more(calls: number): Promise<void> {
    const enough = this.#served + calls
    await vi.waitUntil(() => this.#served >= enough, WITHIN)
  }

  /** Resolves once every client has been served from now on, with how long that took, in milliseconds. */
  async everybody(): Promise<number> {
    const since = performance.now()
    this.#firstSince = new Float64Array(CLIENTS)
    const first = this.#firstSince
    await vi.waitUntil(() => first.every((at) => at > 0), WITHIN)
    return Math.max(...first) - since
  }

  /** Ends the load: each call settles, and the tables of `server` are compared with what was told. */
  async settle(server: TestServer): Promise<void> {
    await this[Symbol.asyncDispose]()
    assert.deepEqual(this.#uncaught, [])
    assert.deepEqual(this.#complaints, [])
    assert.deepEqual(await this.#lies(server), [])
    // Both sides of it were seen.
    assert.ok(this.#failed > 0)
    assert.ok(new Set(this.#told.values()).size > 1)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true
    await Promise.all(this.#clients)
    // A rejection counts as unhandled once the promise jobs of its turn are done.
    await new Promise(setImmediate)
    process.off('uncaughtException', this.#note)
    process.off('unhandledRejection', this.#note)
  }

  readonly #note = (error: unknown): void => void this.#uncaught.push(error)

  async #work(client: number): Promise<void> {
    for (let turn = 0; !this.#over; turn++) {
      const n = this.#told.size
      this.#told.set(n, 'unknown')
      const ways = isEchoed(n) ? echoedWrites : writes
      const write = ways[turn % ways.length]!
      if (!(await this.#call(client, n, () => write(this.#pool, this.#db, n)))) continue
      this.#told.set(n, 'ok')
      await this.#call(client, null, () => this.#readBack(n, turn))
    }
  }

  async #readBack(n: number, turn: number): Promise<void> {
    const way = turn % 3
    if (way === 0) {
      const found = await this.#db.selectFrom('ledger').select(['n', 'in_recovery']).where('n', '=', n).execute()
      assert.deepEqual(found, [{ n, in_recovery: false }])
    } else if (way === 1) {
      assert.deepEqual(await this.#pool.fetch('select n from ledger where n = $1', [n]), [{ n }])
    } else {
      const value = `${n}:${'x'.repeat(n % 300)}`
      const row = await this.#pool.fetchRow('select $1::text as value, pg_is_in_recovery() as in_recovery', [value])
      assert.deepEqual(row, { value, in_recovery: false })
    }
  }

  /** Whether it succeeded. Its outcome is noted for the number that it writes. */
  async #call(client: number, n: number | null, call: () => Promise<unknown>): Promise<boolean> {
    try {
      await call()
      this.#served++
      if (this.#firstSince[client] === 0) this.#firstSince[client] = performance.now()
      return true
    } catch (error) {
      this.#failed++
      const { name, message, outcome } = error as Error & { outcome?: Outcome }
      if (outcome === undefined) this.#complaints.push(`${name}: ${message}`)
      else if (n !== null) this.#told.set(n, outcome)
      return false
    }
  }

  async #lies(server: TestServer): Promise<unknown[]> {
    const counts = async (table: string): Promise<Map<number, number>> => {
      const rows = await server.query(`select n, count(*)::int4 as times from ${table} group by n`)
      return new Map(rows.map(({ n, times }) => [Number(n), Number(times)]))
    }
    const [ledger, echo] = await Promise.all([counts('ledger'), counts('echo')])
    return [...this.#told].flatMap(([n, told]) => {
      const times = ledger.get(n) ?? 0
      const echoes = echo.get(n) ?? 0
      const whole = echoes === (isEchoed(n) ? times : 0)
      return whole && allowed[told].includes(times) ? [] : [{ n, told, times, echoes }]
    })
  }
}
