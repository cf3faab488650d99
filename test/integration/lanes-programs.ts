/** Random programs of several users, and how they are run: through pools and through Kysely. */
import fc from 'fast-check'
import { type Compilable, type Kysely, sql } from 'kysely'
import { batch, type Connection, type Pool, type Transaction } from 'kysely-pgwire'

export interface Programs {
  own: { owner: number; key: number; value: number }
  shared: { id: number; text: string }
}

export const SCHEMA = `
  create table own (owner int4, key int4, value int4 not null check (value < 1000), primary key (owner, key));
  create table shared (id int4 primary key, text text not null);
  insert into shared select i, 'text ' || i from generate_series(1, 20) i;
`

type Query = Compilable<object> & { execute(options?: { signal?: AbortSignal }): Promise<object[]> }
type Build = (db: Kysely<Programs>, owner: number, key: number, value: number) => Query

const reads = {
  one: (db, owner, key) => db.selectFrom('own').selectAll().where('owner', '=', owner).where('key', '=', key),
  all: (db, owner) => db.selectFrom('own').select(['key', 'value']).where('owner', '=', owner).orderBy('key'),
  total: (db, owner) =>
    db
      .selectFrom('own')
      .select(({ fn }) => [fn.countAll().as('n'), fn.sum('value').as('sum')])
      .where('owner', '=', owner),
  shared: (db, _owner, key) => db.selectFrom('shared').selectAll().where('id', '=', key),
  joined: (db, owner) =>
    db
      .with('mine', (q) => q.selectFrom('own').selectAll().where('owner', '=', owner))
      .selectFrom('mine')
      .innerJoin('shared', 'shared.id', 'mine.key')
      .select(['shared.text', 'mine.value'])
      .orderBy('shared.id'),
} satisfies Record<string, Build>

const writes = {
  insert: (db, owner, key, value) => db.insertInto('own').values({ owner, key, value }).returningAll(),
  upsert: (db, owner, key, value) =>
    db
      .insertInto('own')
      .values({ owner, key, value })
      .onConflict((conflict) => conflict.columns(['owner', 'key']).doUpdateSet({ value }))
      .returning('value'),
  update: (db, owner, key, value) =>
    db
      .updateTable('own')
      .set((eb) => ({ value: eb('value', '+', value) }))
      .where('owner', '=', owner)
      .where('key', '=', key)
      .returning(['key', 'value']),
  delete: (db, owner, key) => db.deleteFrom('own').where('owner', '=', owner).where('key', '=', key).returning('value'),
  moved: (db, owner, key) =>
    db
      .with('gone', (q) => q.deleteFrom('own').where('owner', '=', owner).where('key', '=', key).returningAll())
      .selectFrom('gone')
      .select('value'),
  locked: (db, owner) => db.selectFrom('own').select('key').where('owner', '=', owner).orderBy('key').forUpdate(),
  refused: (db, owner, key) => db.insertInto('own').values({ owner, key, value: 1_000 }).returning('key'),
} satisfies Record<string, Build>

const builds: Readonly<Record<string, Build>> = { ...reads, ...writes }

export interface Single {
  readonly name: string
  readonly key: number
  readonly value: number
}

export type Step =
  | { readonly kind: 'single'; readonly single: Single }
  | { readonly kind: 'together'; readonly singles: readonly Single[] }
  | { readonly kind: 'batch'; readonly singles: readonly Single[] }
  | { readonly kind: 'transaction'; readonly parts: readonly Part[]; readonly commits: boolean }
  | { readonly kind: 'session'; readonly key: number; readonly singles: readonly Single[] }
  | { readonly kind: 'stream'; readonly leaves: boolean }
  | { readonly kind: 'given up'; readonly single: Single; readonly sent: boolean }

interface Part {
  readonly single: Single
  readonly savepoint: boolean
}

export type Program = readonly Step[]

const single = (names: readonly string[]): fc.Arbitrary<Single> =>
  fc.record({
    name: fc.constantFrom(...names),
    key: fc.integer({ min: 1, max: 6 }),
    value: fc.integer({ min: 0, max: 300 }),
  })

const anySingle = single(Object.keys(builds))
const readSingle = single(Object.keys(reads))

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('single' as const), single: anySingle }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('together' as const),
      singles: fc.array(readSingle, { minLength: 2, maxLength: 8 }),
    }),
  },
  fc.record({ kind: fc.constant('batch' as const), singles: fc.array(anySingle, { minLength: 1, maxLength: 4 }) }),
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('transaction' as const),
      parts: fc.array(fc.record({ single: anySingle, savepoint: fc.boolean() }), { minLength: 1, maxLength: 5 }),
      commits: fc.boolean(),
    }),
  },
  fc.record({
    kind: fc.constant('session' as const),
    key: fc.nat({ max: 9 }),
    singles: fc.array(readSingle, { maxLength: 3 }),
  }),
  fc.record({ kind: fc.constant('stream' as const), leaves: fc.boolean() }),
  {
    weight: 2,
    arbitrary: fc.oneof(
      fc.record({ kind: fc.constant('given up' as const), single: anySingle, sent: fc.constant(false) }),
      // Whether one that was sent is executed is a race: only a read leaves the same behind either way.
      fc.record({ kind: fc.constant('given up' as const), single: readSingle, sent: fc.constant(true) }),
    ),
  },
)

/** What several users do at the same time. */
export const programs: fc.Arbitrary<readonly Program[]> = fc.array(fc.array(step, { minLength: 1, maxLength: 10 }), {
  minLength: 2,
  maxLength: 6,
})

/** How steps of a user are run. Each gives something to compare. */
export interface Way {
  single(one: Single, signal?: AbortSignal): Promise<unknown>
  batch(singles: readonly Single[]): Promise<unknown>
  transaction(parts: readonly Part[], commits: boolean): Promise<unknown>
  session(script: SessionScript, singles: readonly Single[]): Promise<unknown>
  stream(leaves: boolean): Promise<unknown>
}

/** Statements that leave something in a session, ask for it, and clean up. */
type SessionScript = readonly string[]

const sessionScript = (owner: number, key: number): SessionScript => [
  `select set_config('user.name', 'user ${owner}.${key}', false)`,
  `create temp table note as select ${key} as n`,
  `select pg_advisory_lock(${owner}, ${key})`,
  `select current_setting('user.name')`,
  `insert into note values (${owner})`,
  `select sum(n)::int4 from note`,
  `select pg_advisory_unlock(${owner}, ${key})`,
  `drop table note`,
  `select current_setting('user.name')`,
  `reset all`,
]

class Undone extends Error {}

/** Runs a program, and gives what came of each step: rows, or the code of the error. */
export async function runProgram(program: Program, way: Way, owner: number): Promise<unknown[]> {
  const results: unknown[] = []
  for (const each of program) results.push(await settled(runStep(each, way, owner)))
  return results
}

async function settled(result: Promise<unknown>): Promise<unknown> {
  try {
    return await result
  } catch (error) {
    const { code, name } = error as { code?: string; name: string }
    if (error instanceof Undone || name === 'AbortError') return name
    if (typeof code !== 'string') throw error
    return code
  }
}

async function runStep(each: Step, way: Way, owner: number): Promise<unknown> {
  switch (each.kind) {
    case 'single':
      return way.single(each.single)
    case 'together':
      return Promise.all(each.singles.map((one) => settled(way.single(one))))
    case 'batch':
      return way.batch(each.singles)
    case 'transaction':
      return way.transaction(each.parts, each.commits)
    case 'session':
      return way.session(sessionScript(owner, each.key), each.singles)
    case 'stream':
      return way.stream(each.leaves)
    case 'given up': {
      const controller = new AbortController()
      if (!each.sent) controller.abort()
      const result = settled(way.single(each.single, controller.signal))
      await new Promise(setImmediate)
      controller.abort()
      const value = await result
      return each.sent ? null : value
    }
  }
}

export function throughPool(pool: Pool, compiler: Kysely<Programs>, owner: number): Way {
  const compiled = ({ name, key, value }: Single) => builds[name]!(compiler, owner, key, value).compile()
  const fetch = (on: Pick<Pool, 'fetch'>, one: Single, signal?: AbortSignal) => {
    const { sql: text, parameters } = compiled(one)
    return on.fetch(text, parameters, { signal })
  }
  return {
    single: (one, signal) => fetch(pool, one, signal),
    batch: async (singles) => (await pool.batch(singles.map(compiled))).map(({ rows }) => rows),
    transaction: (parts, commits) =>
      pool.transaction(async (transaction) => {
        const results: unknown[] = []
        for (const part of parts) results.push(await runPart(transaction, part))
        if (!commits) throw new Undone()
        return results
      }),
    session: async (script, singles) => {
      await using lease = await pool.acquire()
      const { connection } = lease
      const rows = async (text: string) => (await connection.query(text)).rows
      return await runScript(singles, script, (one) => fetch(connection, one), rows)
    },
    stream: async (leaves) => {
      const rows: unknown[] = []
      const { sql: text, parameters } = compiled({ name: 'all', key: 0, value: 0 })
      for await (const row of pool.cursor(text, parameters, { prefetch: 2 })) {
        rows.push(row)
        if (leaves) break
      }
      return rows
    },
  }

  async function runPart(transaction: Transaction, { single: one, savepoint }: Part): Promise<unknown> {
    if (!savepoint) return fetch(transaction, one)
    return settled(transaction.transaction((nested) => fetch(nested, one)))
  }
}

export function throughKysely(db: Kysely<Programs>, owner: number): Way {
  const build = (on: Kysely<Programs>, { name, key, value }: Single) => builds[name]!(on, owner, key, value)
  return {
    single: (one, signal) => build(db, one).execute(signal === undefined ? {} : { signal }),
    batch: async (singles) =>
      (
        await batch(
          db,
          singles.map((one) => build(db, one)),
        )
      ).map(({ rows }) => rows),
    transaction: async (parts, commits) => {
      const transaction = await db.startTransaction().execute()
      try {
        const results: unknown[] = []
        for (const { single: one, savepoint } of parts) {
          if (!savepoint) {
            results.push(await build(transaction, one).execute())
            continue
          }
          const marked = await transaction.savepoint('part').execute()
          const result = await settled(build(marked, one).execute())
          results.push(result)
          if (typeof result === 'string') await marked.rollbackToSavepoint('part').execute()
          else await marked.releaseSavepoint('part').execute()
        }
        if (!commits) throw new Undone()
        await transaction.commit().execute()
        return results
      } catch (error) {
        await transaction.rollback().execute()
        throw error
      }
    },
    session: (script, singles) =>
      db.connection().execute((one) =>
        runScript(
          singles,
          script,
          (read) => build(one, read).execute(),
          async (text) => (await sql.raw(text).execute(one)).rows,
        ),
      ),
    stream: async (leaves) => {
      const rows: unknown[] = []
      for await (const row of (build(db, { name: 'all', key: 0, value: 0 }) as ReturnType<typeof reads.all>).stream(
        2,
      )) {
        rows.push(row)
        if (leaves) break
      }
      return rows
    },
  }
}

/** Reads before, so that the session is another one's, perhaps, and in the middle of what a session is needed for. */
async function runScript(
  singles: readonly Single[],
  script: SessionScript,
  read: (one: Single) => Promise<unknown>,
  run: (text: string) => Promise<unknown>,
): Promise<unknown> {
  const results: unknown[] = []
  for (const one of singles) results.push(await read(one))
  for (const text of script) {
    results.push(await run(text))
    for (const one of singles) results.push(await read(one))
  }
  return results
}

/** What a session has kept. */
export async function leftovers(connection: Connection): Promise<unknown> {
  return connection.fetchRow(`
    select coalesce(current_setting('user.name', true), '') as name,
      (select count(*)::int4 from pg_locks where pid = pg_backend_pid() and locktype = 'advisory') as locks,
      (select count(*)::int4 from pg_class where relpersistence = 't' and pg_table_is_visible(oid)) as tables`)
}
