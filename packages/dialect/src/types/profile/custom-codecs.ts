import { ConfigError } from '../../errors/config-error.ts'
import type { Codec } from '../codec.ts'
import { type CodecChoice, isCodec } from './profile-options.ts'

/** The codecs that users bring along, in the order in which they are asked: by OID, by name, by what would be there. */
export class CustomCodecs {
  readonly #byOid: ReadonlyMap<number, Codec>
  readonly #unplaced: readonly Codec[]
  readonly #choices: ReadonlyMap<string, CodecChoice>

  constructor(codecs: readonly Codec[], byName: ReadonlyMap<string, CodecChoice>) {
    this.#byOid = new Map(codecs.filter(({ oid }) => oid !== 0).map((codec) => [codec.oid, codec]))
    this.#unplaced = codecs.filter(({ oid }) => oid === 0)
    this.#choices = byName
  }

  /** `scalars`, and behind them the codecs of further types with an OID, which need no look-up either. */
  placedAfter(scalars: readonly Codec[]): Codec[] {
    const known = new Set(scalars.map(({ oid }) => oid))
    return [...scalars, ...[...this.#byOid.values()].filter(({ oid }) => !known.has(oid))]
  }

  /** What serves a built-in type: the user's codec under the type's own name and OIDs, or the built-in one. */
  replacing(builtIn: Codec): Codec {
    const byOid = this.#byOid.get(builtIn.oid)
    const arrayOid = byOid?.arrayOid === 0 ? builtIn.arrayOid : byOid?.arrayOid
    const derived = byOid === undefined ? builtIn : { ...byOid, arrayOid: arrayOid ?? 0 }
    const custom = this.named('pg_catalog', builtIn.name, () => derived)
    if (custom === undefined) return derived
    return { ...custom, oid: derived.oid, arrayOid: derived.arrayOid, delimiter: derived.delimiter }
  }

  /** The user's codec for the type of a name, which it gets whatever its own is. */
  named(schema: string, name: string, derived: () => Codec): Codec | undefined {
    const codec = this.#chosen(schema, name, derived)
    return codec === undefined || codec.name === name ? codec : { ...codec, name }
  }

  #chosen(schema: string, name: string, derived: () => Codec): Codec | undefined {
    const choice = this.#choices.get(`${schema}.${name}`) ?? this.#choices.get(name)
    const codec = this.#unplaced.find((each) => each.name === name && (each.schema ?? schema) === schema)
    if (choice === undefined) return codec
    if (typeof choice !== 'function') return choice
    const made = choice(codec ?? derived())
    if (!isCodec(made)) throw new ConfigError(`byName must return a codec for ${JSON.stringify(name)}`)
    return made
  }
}
