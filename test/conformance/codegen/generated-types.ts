import { Kysely } from 'kysely'
import { PgwireDialect } from 'kysely-pgwire'
import type { PgTypes } from 'kysely-pgwire/types'

import type { Catalog } from '../../../packages/codegen-preset/src/catalog/catalog.ts'
import { readCatalog } from '../../../packages/codegen-preset/src/catalog/read-catalog.ts'
import type { EmitOptions } from '../../../packages/codegen-preset/src/emit/emit-options.ts'
import { emitTypescript } from '../../../packages/codegen-preset/src/emit/emit-typescript.ts'
import { buildModel } from '../../../packages/codegen-preset/src/model/build-model.ts'
import type { ModelOptions } from '../../../packages/codegen-preset/src/model/model-options.ts'
import type { Model } from '../../../packages/codegen-preset/src/model/model.ts'

/** Rows of whatever tables a test has made. */
export type AnyDatabase = Record<string, Record<string, unknown>>
export type AnyKysely = Kysely<AnyDatabase>

/** A Kysely on our driver with one profile, destroyed at the end of an `await using` block. */
export function openKysely(url: string, types?: PgTypes): Kysely<AnyDatabase> & AsyncDisposable {
  const dialect = new PgwireDialect({ connection: url, ...(types === undefined ? {} : { types }) })
  return new Kysely<AnyDatabase>({ dialect })
}

export async function catalogOf(url: string): Promise<Catalog> {
  await using db = openKysely(url)
  return await readCatalog(db)
}

/** The model of a catalog, and the file. */
export function generated(
  catalog: Catalog,
  types: PgTypes,
  options: ModelOptions & EmitOptions = {},
): { readonly model: Model; readonly text: string } {
  const model = buildModel(catalog, types, options)
  return { model, text: emitTypescript(model, options) }
}
