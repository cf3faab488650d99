/** Reads a catalog from the file that was kept of it, which anybody may have written. */
import {
  CATALOG_FORMAT,
  type Catalog,
  type CatalogArgument,
  type CatalogBaseType,
  type CatalogColumn,
  type CatalogComposite,
  type CatalogDomain,
  type CatalogEnum,
  type CatalogField,
  type CatalogForeignKey,
  type CatalogKey,
  type CatalogMultirange,
  type CatalogName,
  type CatalogRange,
  type CatalogRelation,
  type CatalogRoutine,
  type CatalogUniqueKey,
} from '../catalog/catalog.ts'
import {
  boolean,
  byKind,
  type Check,
  count,
  list,
  nullable,
  object,
  oneOf,
  type Shape,
  smallCount,
  string,
} from './shape.ts'
import { SnapshotError } from './snapshot-error.ts'

/** Throws a {@link SnapshotError} for what is no catalog, or one of another format. */
export function parseSnapshot(text: string): Catalog {
  const value = parsed(text)
  // Before anything else, because another format may have another shape.
  const format: unknown = typeof value === 'object' && value !== null && 'format' in value ? value.format : undefined
  if (Number.isSafeInteger(format) && format !== CATALOG_FORMAT) {
    throw new SnapshotError(
      `The snapshot has format ${String(format)}, and this version reads ${CATALOG_FORMAT}: generate it again`,
    )
  }
  catalog(value, '')
  return value as Catalog
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    // The parser's own message shows what it stumbled over.
    const conflict = /^(?:<{7}|={7}|>{7})(?: |\r?$)/m.test(text)
    throw new SnapshotError(conflict ? 'The snapshot has conflicts of a merge in it' : 'The snapshot is not JSON')
  }
}

const NAME: Shape<CatalogName> = { schema: string, name: string }
const COMMENTED = { ...NAME, comment: nullable(string) }

function named({ name }: { readonly name: string }): string {
  return name
}

function qualified({ schema, name }: CatalogName): string {
  return JSON.stringify([schema, name])
}

const columns: Check = list(string)

const column: Check = object<CatalogColumn>({
  name: string,
  type: string,
  dimensions: smallCount,
  notNull: boolean,
  nullable: boolean,
  generated: oneOf('stored', 'virtual', null),
  identity: oneOf('always', 'by default', null),
  hasDefault: boolean,
  updatable: boolean,
  comment: nullable(string),
})

const KEY: Shape<CatalogKey> = { name: string, columns }

const relation: Check = object<CatalogRelation>({
  ...COMMENTED,
  kind: oneOf('table', 'partitioned table', 'view', 'materialized view', 'foreign table'),
  partition: boolean,
  insertable: boolean,
  updatable: boolean,
  deletable: boolean,
  columns: list(column, named),
  primaryKey: nullable(object(KEY)),
  uniqueKeys: list(object<CatalogUniqueKey>({ ...KEY, nullsNotDistinct: boolean }), named),
  foreignKeys: list(
    object<CatalogForeignKey>({
      ...KEY,
      references: object<CatalogForeignKey['references']>({ ...NAME, columns }),
    }),
    named,
  ),
})

const field: Check = object<CatalogField>({
  name: string,
  type: string,
  dimensions: smallCount,
  comment: nullable(string),
})

const type: Check = byKind(
  new Map([
    ['enum', object<CatalogEnum>({ ...COMMENTED, kind: string, labels: list(string, (label: string) => label) })],
    [
      'domain',
      object<CatalogDomain>({
        ...COMMENTED,
        kind: string,
        base: string,
        dimensions: smallCount,
        notNull: boolean,
        hasDefault: boolean,
      }),
    ],
    [
      'composite',
      object<CatalogComposite>({ ...COMMENTED, kind: string, rowType: boolean, fields: list(field, named) }),
    ],
    ['range', object<CatalogRange>({ ...COMMENTED, kind: string, subtype: string })],
    ['multirange', object<CatalogMultirange>({ ...COMMENTED, kind: string, range: string })],
    ['base', object<CatalogBaseType>({ ...COMMENTED, kind: string, sendable: boolean, delimiter: string })],
  ]),
)

const routine: Check = object<CatalogRoutine>({
  ...COMMENTED,
  kind: oneOf('function', 'procedure', 'aggregate', 'window function'),
  arguments: list(
    object<CatalogArgument>({
      name: string,
      type: string,
      mode: oneOf('in', 'out', 'inout', 'variadic', 'table'),
      hasDefault: boolean,
    }),
  ),
  returns: nullable(string),
  returnsSet: boolean,
  strict: boolean,
})

const catalog: Check = object<Catalog>({
  format: oneOf(CATALOG_FORMAT),
  serverVersion: count,
  relations: list(relation, qualified),
  types: list(type, qualified),
  routines: list(routine),
})
