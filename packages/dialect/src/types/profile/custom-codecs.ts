import { changedCodec } from '../changed-codec.ts'
import type { Codec } from '../codec.ts'
import type { CodecChoice } from './profile-options.ts'
import { userCodec } from './user-codec.ts'

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
    const derived = byOid === undefined ? builtIn : changedCodec(byOid, { arrayOid: arrayOid ?? 0 })
    const custom = this.named('pg_catalog', builtIn.name, () => derived)
    if (custom === undefined) return derived
    return changedCodec(custom, { oid: derived.oid, arrayOid: derived.arrayOid, delimiter: derived.delimiter })
  }

  /** The user's codec for the type of a name, which it gets whatever its own is. */
  named(schema: string, name: string, derived: () => Codec): Codec | undefined {
    const codec = this.#chosen(schema, name, derived)
    return codec === undefined || codec.name === name ? codec : changedCodec(codec, { name })
  }

  /** The names, with or without a schema, that are not those of built-in types, and so may be those of domains. */
  namesBeside(builtIn: readonly Codec[]): readonly string[] {
    const taken = new Set(builtIn.map(({ name }) => name))
    const unplaced = this.#unplaced.map(({ schema, name }) => (schema === undefined ? name : `${schema}.${name}`))
    const names = new Set([...unplaced, ...this.#choices.keys()])
    return Object.freeze([...names].filter((name) => !taken.has(name) && !name.startsWith('pg_catalog.')))
  }

  #chosen(schema: string, name: string, derived: () => Codec): Codec | undefined {
    const choice = this.#choices.get(`${schema}.${name}`) ?? this.#choices.get(name)
    const codec = this.#unplaced.find((each) => each.name === name && (each.schema ?? schema) === schema)
    if (choice === undefined) return codec
    if (typeof choice !== 'function') return choice
    return userCodec(choice(codec ?? derived()), `byName: what the function for ${JSON.stringify(name)} returns`)
  }
}
