import { arrayOf } from './array-of.ts'
import { builtInCodecsByOid } from './built-in.ts'
import type { Codec } from './codec.ts'

/** Which codec serves which type: an immutable choice, made once for a connection, a pool or a dialect. */
export interface PgTypes {
  /** The codec of a type that is known without asking the server. */
  readonly codecFor: (oid: number) => Codec | undefined
  /** A codec of the user's own for a type without a fixed OID, by `pg_type.typname`. */
  readonly codecNamed: (name: string) => Codec | undefined
}

export interface PgTypesOptions {
  /**
   * Codecs that take the place of the built-in ones with the same OID, or serve further types. The array of a type
   * follows its element. A codec with OID 0 serves the type of its name, once the server has told the OID.
   */
  readonly codecs?: readonly Codec[]
}

/** Chooses representations: the defaults, with `codecs` in the place of those they replace. */
export function definePgTypes({ codecs = [] }: PgTypesOptions = {}): PgTypes {
  const byOid = new Map(builtInCodecsByOid)
  const byName = new Map<string, Codec>()
  for (const codec of codecs) {
    if (codec.oid === 0) {
      byName.set(codec.name, codec)
      continue
    }
    const arrayOid = codec.arrayOid === 0 ? (byOid.get(codec.oid)?.arrayOid ?? 0) : codec.arrayOid
    byOid.set(codec.oid, { ...codec, arrayOid })
    if (arrayOid !== 0) byOid.set(arrayOid, arrayOf({ ...codec, arrayOid }))
  }
  return Object.freeze({
    codecFor: (oid: number) => byOid.get(oid),
    codecNamed: (name: string) => byName.get(name),
  })
}

/** Every type in its default representation. */
export const defaultTypes: PgTypes = definePgTypes()
