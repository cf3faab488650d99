import { ProtocolError } from '../errors/protocol-error.ts'
import type { FrameReader } from './frame-reader.ts'

/** One column as RowDescription describes it. */
export interface FieldDescription {
  readonly name: string
  /** OID of the table that the column comes from, or 0. */
  readonly tableOid: number
  /** `pg_attribute.attnum` in that table, or 0. */
  readonly columnNumber: number
  readonly typeOid: number
  /** `pg_type.typlen`; negative for variable width. */
  readonly typeSize: number
  /** `atttypmod`; -1 without one. */
  readonly typeModifier: number
  readonly format: number
}

/** RowDescription. */
export function readRowDescription(reader: FrameReader): FieldDescription[] {
  const count = reader.uint16()
  // A field takes at least 19 bytes, so a hostile count cannot make us allocate.
  if (count * 19 > reader.remaining) throw new ProtocolError('The server announced more columns than it described')
  const fields: FieldDescription[] = []
  for (let index = 0; index < count; index++) {
    const field = {
      name: reader.cstring(),
      tableOid: reader.uint32(),
      columnNumber: reader.int16(),
      typeOid: reader.uint32(),
      typeSize: reader.int16(),
      typeModifier: reader.int32(),
      format: reader.int16(),
    }
    if (field.format !== 0 && field.format !== 1) throw new ProtocolError('The server named an unknown format code')
    fields.push(field)
  }
  reader.done()
  return fields
}

/** ParameterDescription: the type OID of each parameter. */
export function readParameterDescription(reader: FrameReader): number[] {
  const count = reader.uint16()
  if (count * 4 !== reader.remaining) throw new ProtocolError('The server miscounted the parameters')
  const oids: number[] = []
  for (let index = 0; index < count; index++) oids.push(reader.uint32())
  return oids
}
