import type { Codec } from '../codec.ts'
import { textOnly } from './text-only.ts'
import { decodeTsquery } from './tsquery-binary.ts'
import { decodeTsvector } from './tsvector-binary.ts'

/**
 * The lexemes of a document with their positions and weights, as the server prints them: "'fat':2A 'rat':3". As text,
 * which is what one compares, stores and gives back.
 *
 * @see https://www.postgresql.org/docs/current/datatype-textsearch.html
 */
export const tsvector: Codec<string> = textOnly({
  name: 'tsvector',
  oid: 3614,
  arrayOid: 3643,
  decodeBinary: decodeTsvector,
  samples: ['', "'fat':2A 'rat':3,16383C", "'a''b' 'c\\\\d' 'ü e':1B,2"],
})

/** A query for documents, as the server prints it: "'fat' & ( 'rat':* | !'cat' )". */
export const tsquery: Codec<string> = textOnly({
  name: 'tsquery',
  oid: 3615,
  arrayOid: 3645,
  decodeBinary: decodeTsquery,
  samples: ['', "'fat' & ( 'rat':*AB | !'cat' )", "'a''b' <-> 'c\\\\d' <2> 'e'"],
})
