/** A database with data that says otherwise than its catalog, and what an audit finds there. */
import { Kysely } from 'kysely'
import { PgwireDialect, type PgwireDialectConfig } from 'kysely-pgwire'
import { afterAll, beforeAll } from 'vitest'

import type { AuditFinding } from '../../packages/codegen-preset/src/audit/audit-finding.ts'
import type { AuditOptions } from '../../packages/codegen-preset/src/audit/audit-options.ts'
import { audit } from '../../packages/codegen-preset/src/audit/audit.ts'
import { readCatalog } from '../../packages/codegen-preset/src/catalog/read-catalog.ts'
import { sharedServer } from '../support/shared-server.ts'
import type { TestServer } from '../support/test-server.ts'

export interface AuditedDatabase {
  readonly server: TestServer
  /** Runs statements that need no answer. */
  query(sql: string): Promise<void>
  db(config?: Omit<PgwireDialectConfig, 'connection'>): Kysely<unknown>
  audit(options?: AuditOptions): Promise<AuditFinding[]>
}

/** To be called at the top of a test file. */
export function auditedDatabase(...schema: readonly string[]): AuditedDatabase {
  const server = sharedServer()
  let database: Awaited<ReturnType<TestServer['createDatabase']>>
  const query = async (sql: string): Promise<void> => void (await server.query(sql, [], database.name))
  beforeAll(async () => {
    database = await server.createDatabase()
    for (const statement of schema) await query(statement)
  })
  afterAll(() => database.drop())
  const open: AuditedDatabase['db'] = (config = {}) =>
    new Kysely<unknown>({ dialect: new PgwireDialect({ connection: database.url, ...config }) })
  return {
    server,
    query,
    db: open,
    audit: async (options = {}) => {
      await using db = open(options.types === undefined ? {} : { types: options.types })
      return await audit(db, await readCatalog(db), options)
    },
  }
}

/** Findings as lines: what and where, and how it is. */
export function outcomes(findings: readonly AuditFinding[], kind?: AuditFinding['kind']): string[] {
  return findings
    .filter((finding) => kind === undefined || finding.kind === kind)
    .map(({ kind: own, path, result }) => {
      const words = result.state === 'violated' ? `${result.violations} of ${result.rows}` : result.state
      return `${own} ${path}: ${words}`
    })
}
