/** Our catalog in kysely-codegen's terms: what its log counts, and its `postprocess` functions look at. */
import { DatabaseMetadata } from 'kysely-codegen/dist/introspector/metadata/database-metadata.js'

import type { Catalog, CatalogColumn, CatalogRelation } from '../catalog/catalog.ts'
import { elementOf } from '../catalog/type-name.ts'
import type { OutputOptions } from '../generator/generator-options.ts'
import { includesOf } from '../generator/typescript-of.ts'

/** What the text is made from, besides what the serializer is told. */
export interface Read {
  readonly catalog: Catalog
  /** What the introspector was told to read; the catalog is whole all the same, for keys lead from one table to another. */
  readonly chosen: Pick<OutputOptions, 'excludePattern' | 'includePattern' | 'partitions'>
}

/** The metadata of a catalog, which remembers the catalog as long as it lives. */
export function metadataOf(catalog: Catalog, chosen: Read['chosen']): DatabaseMetadata {
  const includes = includesOf(chosen.includePattern, chosen.excludePattern)
  const relations = catalog.relations.filter(
    (each) => includes(each) && (chosen.partitions === true || !each.partition),
  )
  const metadata = new DatabaseMetadata({ tables: relations.map(tableOf) })
  keepRead(metadata, { catalog, chosen })
  return metadata
}

const reads = new WeakMap<object, Read>()

export function keepRead(metadata: object, read: Read): void {
  reads.set(metadata, read)
}

/** What was kept with the metadata; undefined for metadata that somebody else has made. */
export function readBehind(metadata: object): Read | undefined {
  return reads.get(metadata)
}

type TableOptions = ConstructorParameters<typeof DatabaseMetadata>[0]['tables'][number]

function tableOf({ schema, name, kind, partition, columns }: CatalogRelation): TableOptions {
  return {
    schema,
    name,
    isPartition: partition,
    isView: kind === 'view' || kind === 'materialized view',
    columns: columns.map(columnOf),
  }
}

function columnOf({
  name,
  type,
  comment,
  nullable,
  hasDefault,
  generated,
  identity,
}: CatalogColumn): TableOptions['columns'][number] {
  return {
    name,
    comment,
    dataType: elementOf(type) ?? type,
    isArray: elementOf(type) !== null,
    isNullable: nullable,
    hasDefaultValue: hasDefault || generated !== null,
    isAutoIncrementing: identity !== null,
  }
}
