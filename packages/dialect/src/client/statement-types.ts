import { describeStatement } from '../connection/describe-statement.ts'
import type { ServerSession } from '../connection/server-session.ts'
import type { Column, Statement } from '../connection/statement.ts'
import type { Connection } from './connection.ts'

/** A type of the database. */
export interface StatementType {
  readonly oid: number
  /** `pg_type.typname`. */
  readonly name: string
  readonly schema: string
}

/** A column of a prepared statement. */
export interface StatementColumn extends Column {
  /** The schema of its type. */
  readonly typeSchema: string
}

/** What a statement takes and gives. */
export interface StatementTypes {
  readonly parameters: readonly StatementType[]
  readonly columns: readonly StatementColumn[]
}

/** Types with lower OIDs come with every server, in `pg_catalog`; initdb makes those of other schemas later. */
const FIRST_UNPINNED_OID = 10_000

/** Prepares a statement, if it is not yet, and says of which types it is. Types that are not built in cost a round trip. */
export async function statementTypes(
  connection: Connection,
  server: ServerSession,
  sql: string,
): Promise<StatementTypes> {
  const { parameterOids, parameterCodecs, columns } = await described(server, sql)
  const types = await namesOf(connection, [...parameterOids, ...columns.map(({ typeOid }) => typeOid)])
  const typeOf = (oid: number, name: string): StatementType => types.get(oid) ?? { oid, name, schema: 'pg_catalog' }
  return {
    parameters: parameterOids.map((oid, index) => typeOf(oid, parameterCodecs[index]!.name)),
    columns: columns.map((column) => Object.assign({ typeSchema: typeOf(column.typeOid, column.type).schema }, column)),
  }
}

function described(server: ServerSession, sql: string): Promise<Statement> {
  return new Promise((resolve, reject) => {
    server.session.turn((turn) => {
      describeStatement(server, turn, sql)
        .finally(() => turn.end())
        .then(resolve, reject)
    }, reject)
  })
}

async function namesOf(connection: Connection, oids: readonly number[]): Promise<Map<number, StatementType>> {
  const asked = [...new Set(oids)].filter((oid) => oid >= FIRST_UNPINNED_OID)
  if (asked.length === 0) return new Map()
  const [result] = await connection.execute(
    `select t.oid, t.typname, n.nspname from pg_catalog.pg_type t
      join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) t.typnamespace
      where t.oid operator(pg_catalog.=) any (array[${asked.join(', ')}]::pg_catalog.oid[])`,
  )
  return new Map(
    (result?.rows ?? []).map(([oid, name, schema]) => [
      Number(oid),
      { oid: Number(oid), name: String(name), schema: String(schema) },
    ]),
  )
}
