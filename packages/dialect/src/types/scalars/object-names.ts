import { InvalidValueError } from '../../errors/codec-error.ts'
import type { Codec } from '../codec.ts'
import { textOnly } from './text-only.ts'

/**
 * The names of the catalog's own objects (`regclass` and its kin), as the server prints them: quoted where they have to be,
 * with a schema where the search_path does not lead to them, and the OID of what is gone. As text, because the binary form
 * is the OID alone. In an anonymous record there is nothing else: there they are the OID, in decimal digits.
 *
 * Encodes such names, and OIDs.
 *
 * @see https://www.postgresql.org/docs/current/datatype-oid.html
 */
export const regproc: Codec<string> = objectName('regproc', 24, 1008, ['-', 'now', '4294967295'])
export const regprocedure: Codec<string> = objectName('regprocedure', 2202, 2207, ['-', 'lower(text)'])
export const regoper: Codec<string> = objectName('regoper', 2203, 2208, ['0', '||/', '4294967295'])
export const regoperator: Codec<string> = objectName('regoperator', 2204, 2209, ['0', '+(integer,integer)'])
export const regclass: Codec<string> = objectName('regclass', 2205, 2210, ['-', 'pg_class', '4294967295'])
export const regcollation: Codec<string> = objectName('regcollation', 4191, 4192, ['-', '"C"', '"default"'])
export const regtype: Codec<string> = objectName('regtype', 2206, 2211, [
  '-',
  'integer',
  'timestamp with time zone',
  '"char"',
])
export const regrole: Codec<string> = objectName('regrole', 4096, 4097, ['-', 'pg_monitor'])
export const regnamespace: Codec<string> = objectName('regnamespace', 4089, 4090, ['-', 'pg_catalog'])
export const regconfig: Codec<string> = objectName('regconfig', 3734, 3735, ['-', 'simple'])
export const regdictionary: Codec<string> = objectName('regdictionary', 3769, 3770, ['-', 'simple'])

function objectName(name: string, oid: number, arrayOid: number, samples: readonly string[]): Codec<string> {
  return textOnly({ name, oid, arrayOid, decodeBinary: decodeOid, samples })
}

function decodeOid(_bytes: Buffer, view: DataView, offset: number, length: number): string {
  if (length !== 4) throw new InvalidValueError('not an OID')
  return String(view.getUint32(offset))
}
