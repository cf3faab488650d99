import type { Dialect } from 'kysely'
import type { Adapter } from 'kysely-codegen/dist/generator/adapter.js'
import { PostgresAdapter } from 'kysely-codegen/dist/generator/dialects/postgres/postgres-adapter.js'
import { Introspector, type IntrospectOptions } from 'kysely-codegen/dist/introspector/introspector.js'
import type { DatabaseMetadata } from 'kysely-codegen/dist/introspector/metadata/database-metadata.js'
import { PgwireDialect } from 'kysely-pgwire'

import { checkOptions } from '../generator/check-options.ts'
import { OUTPUT_OPTIONS, type OutputOptions } from '../generator/generator-options.ts'
import { readCatalogOf } from '../generator/read-catalog-of.ts'
import { metadataOf } from './metadata.ts'
import { serialize, type SerializeOptions } from './serialize.ts'

/**
 * For `generate()` of kysely-codegen, with a Kysely instance of whatever dialect, and without `pg`:
 *
 * ```ts
 * const dialect = new PgwireGeneratorDialect({ types })
 * await generate({ db, dialect, serializer: pgwireSerializer, outFile: 'src/db.ts' })
 * ```
 */
export class PgwireGeneratorDialect {
  /** What kysely-codegen would read its own types from; our serializer does not. */
  readonly adapter: Adapter = new PostgresAdapter()
  readonly introspector: Introspector<unknown> = new CatalogIntrospector()
  /** What decides the text. */
  readonly options: OutputOptions

  constructor(options: OutputOptions = {}) {
    checkOptions(options, OUTPUT_OPTIONS)
    this.options = options
  }

  async createKyselyDialect({ connectionString }: { readonly connectionString: string }): Promise<Dialect> {
    return new PgwireDialect({ connection: connectionString })
  }
}

/** Reads a catalog for {@link pgwireSerializer}. */
class CatalogIntrospector extends Introspector<unknown> {
  override async introspect({
    db,
    includePattern,
    excludePattern,
    partitions,
  }: IntrospectOptions<unknown>): Promise<DatabaseMetadata> {
    return metadataOf(await readCatalogOf(db), {
      ...(includePattern ? { includePattern } : {}),
      ...(excludePattern ? { excludePattern } : {}),
      ...(partitions === undefined ? {} : { partitions }),
    })
  }
}

/** What writes the file for `generate()` of kysely-codegen, together with a {@link PgwireGeneratorDialect}. */
export const pgwireSerializer: {
  readonly serializeFile: (metadata: DatabaseMetadata, dialect: object, options?: SerializeOptions) => string
} = {
  serializeFile: (metadata, dialect, told) =>
    serialize(metadata, dialect instanceof PgwireGeneratorDialect ? dialect.options : {}, told),
}
