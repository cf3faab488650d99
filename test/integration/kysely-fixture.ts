/** What the Kysely tests share: a database per file with two tables in it, and Kysely instances that note what they log. */
import { type Generated, Kysely, type KyselyPlugin, type LogEvent } from 'kysely'
import { PgwireDialect, type PgwireDialectConfig } from 'kysely-pgwire'
import { afterAll, beforeAll } from 'vitest'

import { sharedServer } from '../support/shared-server.ts'
import type { TestServer } from '../support/test-server.ts'

export interface Person {
  id: Generated<number>
  name: string
  age: number | null
}

export interface Pet {
  id: Generated<number>
  owner_id: number
  name: string
  species: 'cat' | 'dog'
}

export interface PetShop {
  person: Person
  pet: Pet
}

export interface OpenOptions extends Omit<PgwireDialectConfig, 'connection'> {
  readonly url?: string
  readonly plugins?: KyselyPlugin[]
}

/** A Kysely instance, destroyed at the end of its `await using` block. */
export interface OpenKysely<DB = PetShop> extends AsyncDisposable {
  readonly db: Kysely<DB>
  /** Statements and parameters that were logged, in order; empty it as you like. */
  readonly log: { sql: string; parameters: readonly unknown[] }[]
  readonly events: LogEvent[]
}

export interface PetShopFixture {
  readonly server: TestServer
  readonly url: string
  /** Name of the database. */
  readonly name: string
  open<DB = PetShop>(options?: OpenOptions): OpenKysely<DB>
  /** Runs a statement in the database on a connection of its own, through `pg`. */
  query(sql: string, parameters?: readonly unknown[]): Promise<Record<string, unknown>[]>
  /** Removes all rows, and puts back 3 persons, one of whom has a cat and a dog. */
  refill(): Promise<void>
  /** Resolves with the process ids of the backends that run a statement which contains `text`. */
  running(text: string): Promise<number[]>
  backends(): Promise<number[]>
}

const SCHEMA = `
  create table person (id serial primary key, name varchar(20) not null unique, age integer check (age >= 0));
  create table pet (
    id serial primary key,
    owner_id integer not null references person (id) on delete cascade,
    name text not null,
    species text not null default 'cat'
  );
`

/** To be called at the top of a test file. */
export function petShop(): PetShopFixture {
  const server = sharedServer()
  let database: Awaited<ReturnType<TestServer['createDatabase']>>

  const query: PetShopFixture['query'] = (text, parameters = []) => server.query(text, parameters, database.name)

  beforeAll(async () => {
    database = await server.createDatabase()
    await query(SCHEMA)
  })
  afterAll(() => database.drop())

  return {
    server,
    get url() {
      return database.url
    },
    get name() {
      return database.name
    },
    open<DB = PetShop>({ plugins = [], url = database.url, ...config }: OpenOptions = {}): OpenKysely<DB> {
      const events: LogEvent[] = []
      const log: OpenKysely['log'] = []
      const db = new Kysely<DB>({
        dialect: new PgwireDialect({ connection: url, ...config }),
        plugins,
        log: (event) => {
          events.push(event)
          log.push({ sql: event.query.sql, parameters: event.query.parameters })
        },
      })
      return { db, log, events, [Symbol.asyncDispose]: () => db.destroy() }
    },
    query,
    refill: async () => {
      await query('truncate person, pet restart identity')
      await query(`insert into person (name, age) values ('Ann', 30), ('Bob', 40), ('Cid', null)`)
      await query(`insert into pet (owner_id, name, species) values (1, 'Tom', 'cat'), (1, 'Rex', 'dog')`)
    },
    running: async (text) => {
      const rows = await query(
        `select pid from pg_stat_activity
          where state = 'active' and position($1 in query) > 0 and pid <> pg_backend_pid() and datname = current_database()`,
        [text],
      )
      return rows.map((row) => Number(row['pid']))
    },
    backends: () => server.backends(database.name),
  }
}
