/** The answer of a scripted server to the look-up of types. */
import type { ServerTypeRow } from '../../packages/dialect/src/types/server-types/server-types.ts'
import { type Bytes, type ColumnFields, dataRow, int32, uint8 } from './backend-messages.ts'

type Kind = 'oid' | 'text' | 'bool' | 'texts' | 'oids'

const OIDS: Readonly<Record<Kind, number>> = { oid: 26, text: 25, bool: 16, texts: 1009, oids: 1028 }

const kinds: Readonly<Record<keyof ServerTypeRow, Kind>> = {
  oid: 'oid',
  schema: 'text',
  name: 'text',
  kind: 'text',
  sendable: 'bool',
  array_oid: 'oid',
  element_oid: 'oid',
  base_oid: 'oid',
  subtype_oid: 'oid',
  range_oid: 'oid',
  delimiter: 'text',
  labels: 'texts',
  field_names: 'texts',
  field_oids: 'oids',
}

export const serverTypesColumns: readonly ColumnFields[] = Object.entries(kinds).map(([name, kind]) => ({
  name,
  typeOid: OIDS[kind],
}))

/** The DataRow of one type; what is not given is empty or 0. */
export function serverTypeRow(type: Partial<ServerTypeRow> & Pick<ServerTypeRow, 'oid' | 'name' | 'kind'>): Buffer {
  const row = { schema: 'public', sendable: true, delimiter: ',', ...type }
  return dataRow(
    ...Object.entries(kinds).map(([name, kind]) => bytesOf(kind, (row as Readonly<Record<string, unknown>>)[name])),
  )
}

function bytesOf(kind: Kind, value: unknown): Bytes {
  switch (kind) {
    case 'oid':
      return int32((value as number | undefined) ?? 0)
    case 'bool':
      return uint8(value === true ? 1 : 0)
    case 'text':
      return (value as string | undefined) ?? ''
    case 'texts':
      return arrayOf(
        25,
        ((value as readonly string[] | undefined) ?? []).map((text) => Buffer.from(text)),
      )
    case 'oids':
      return arrayOf(26, ((value as readonly number[] | undefined) ?? []).map(int32))
  }
}

function arrayOf(elementOid: number, elements: readonly Buffer[]): Buffer {
  if (elements.length === 0) return Buffer.concat([int32(0), int32(0), int32(elementOid)])
  const head = [int32(1), int32(0), int32(elementOid), int32(elements.length), int32(1)]
  return Buffer.concat([...head, ...elements.flatMap((element) => [int32(element.length), element])])
}
