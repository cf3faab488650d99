import { UsageError } from '../errors/usage-error.ts'
import { quotedIdentifier } from './quoted.ts'

/** A table by its exact name, or with the schema that it is in; without one, the search path decides. */
export type CopyTable = string | { readonly schema?: string | undefined; readonly table: string }

export function quotedTable(target: CopyTable): string {
  const { schema, table } =
    typeof target === 'object' && target !== null ? target : { schema: undefined, table: target }
  if (typeof table !== 'string' || table === '') throw new UsageError('COPY needs the name of a table')
  if (schema === undefined) return quotedIdentifier(table)
  if (typeof schema !== 'string' || schema === '') throw new UsageError('The schema of a table must be a name')
  return `${quotedIdentifier(schema)}.${quotedIdentifier(table)}`
}
