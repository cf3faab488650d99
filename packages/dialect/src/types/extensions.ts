import type { Codec } from './codec.ts'
import { citext } from './extensions/citext.ts'
import { cube } from './extensions/cube.ts'
import { halfvec } from './extensions/halfvec.ts'
import { hstore } from './extensions/hstore.ts'
import { lquery, ltree, ltxtquery } from './extensions/ltree.ts'
import { geography, geometry } from './extensions/postgis.ts'
import { seg } from './extensions/seg.ts'
import { sparsevec } from './extensions/sparsevec.ts'
import { vector } from './extensions/vector.ts'

/**
 * The types of extensions that get a representation of their own. They have no OID until CREATE EXTENSION gives them one,
 * in whatever schema, and so they are found by name. Any other extension's type is the text that the server prints.
 */
export const extensionCodecs: readonly Codec[] = Object.freeze([
  citext,
  cube,
  geography,
  geometry,
  halfvec,
  hstore,
  lquery,
  ltree,
  ltxtquery,
  seg,
  sparsevec,
  vector,
])
