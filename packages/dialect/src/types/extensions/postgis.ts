import { Buffer } from 'node:buffer'

import { InvalidValueError } from '../../errors/codec-error.ts'
import { type Codec, defineCodec } from '../codec.ts'
import { bytea } from '../scalars/bytea.ts'

/** A point in longitude and latitude, with its SRID: EWKB in the byte order that a little-endian server prints. */
const POINT = '0101000020E6100000000000000000F03F0000000000000040'

/**
 * A shape in the plane, as EWKB: what libraries for geometry read and write. Encodes bytes of EWKB or WKB.
 *
 * @see https://postgis.net/docs/using_postgis_dbmanagement.html
 */
export const geometry: Codec<Uint8Array> = extendedWellKnownBinary(
  'geometry',
  "import('kysely-pgwire/types').Geometry",
  [POINT, '010100000000000000000024400000000000002440', '010200000000000000'],
)

/** A shape on the globe, as EWKB. Encodes bytes of EWKB or WKB. */
export const geography: Codec<Uint8Array> = extendedWellKnownBinary('geography', 'Uint8Array', [POINT])

/** Text input takes much else ('SRID=4326;POINT(1 2)', GeoJSON); what the server prints is the bytes in hex. */
function extendedWellKnownBinary(typname: string, select: string, samples: readonly string[]): Codec<Uint8Array> {
  return defineCodec<Uint8Array>({
    name: typname,
    delimiter: ':',
    typescript: { select, insert: 'Uint8Array' },
    samples,
    decode: bytea.decode,
    encode: bytea.encode,
    fromText: (text) => {
      if (text.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(text)) throw new InvalidValueError('not hexadecimal')
      return Buffer.from(text, 'hex')
    },
    toText: (value) => bytea.toText!(value).slice('\\x'.length),
  })
}
