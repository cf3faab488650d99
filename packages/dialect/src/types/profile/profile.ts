import { builtInCodecs, scalarCodecs } from '../built-in.ts'
import { codecTable } from '../codec-table.ts'
import type { Codec } from '../codec.ts'
import { extensionCodecs } from '../extensions.ts'
import { CustomCodecs } from './custom-codecs.ts'
import { type DefaultFingerprint, type FingerprintOf, fingerprintOf, type NoChoices } from './fingerprint.ts'
import { type PgTypesOptions, resolvePgTypesOptions } from './profile-options.ts'
import { chosenCodecs } from './representations/chosen.ts'

/**
 * Which codec serves which type: an immutable choice, made once for a connection, a pool or a dialect. `Fingerprint` is what
 * the compiler knows of its name.
 */
export interface PgTypes<Fingerprint extends string = string> {
  /** The codec of a type that is known without asking the server. */
  readonly codecFor: (oid: number) => Codec | undefined
  /**
   * The codec of a type that the server has described: the user's own, or that of an extension whose types we know.
   * `derived` gives what would serve the type otherwise. Undefined: nothing but that.
   */
  readonly codecNamed: (type: NamedType, derived: () => Codec) => Codec | undefined
  /**
   * Names under which the user's own codecs may be those of domains: a type's name, or its schema and name with a dot
   * between them. Columns of results are asked for such domains, because the server describes them with the base type.
   */
  readonly domainNames: readonly string[]
  /** `bounded`: arrays as `BoundedArray`, which keeps lower bounds. */
  readonly arrays: 'nested' | 'bounded'
  /** `text`: composites, ranges, arrays and all else that needs a look-up arrive as the text that the server prints. */
  readonly serverTypes: 'decoded' | 'text'
  /**
   * The profile's name: what was chosen, in a line. Profiles that were defined alike have the same. The user's own codecs are in
   * it by what they state: two that only differ in what they do have the same, too.
   */
  readonly fingerprint: Fingerprint
}

/** What a type is found by that has no fixed OID. */
export interface NamedType {
  readonly schema: string
  readonly name: string
  /** `pg_type.typtype`: 'b' base, 'c' composite, 'd' domain, 'e' enum, 'm' multirange, 'p' pseudo, 'r' range. */
  readonly kind: string
}

/** What the parts of options are, so that the functions among them know their arguments. */
type KnownOptions = { readonly [Name in keyof PgTypesOptions]?: PgTypesOptions[Name] | undefined }

/** Chooses representations; what `options` leave out has its default. Throws `ConfigError` for what is no option. */
export function definePgTypes<const Options extends PgTypesOptions = NoChoices>(
  options?: Options & KnownOptions & { readonly [Name in Exclude<keyof Options, keyof PgTypesOptions>]: never },
): PgTypes<FingerprintOf<Options>> {
  const settings = resolvePgTypesOptions(options === undefined ? {} : options)
  const custom = new CustomCodecs(settings.codecs, settings.byName)
  const chosen = chosenCodecs(settings)
  const byOid = codecTable(custom.placedAfter(scalarCodecs.map((codec) => chosen.get(codec.oid) ?? codec)), {
    replacing: (codec) => custom.replacing(codec),
    bounds: settings.arrays === 'bounded' ? 'kept' : 'dropped',
  })
  const codecFor = (oid: number): Codec | undefined => byOid.get(oid)
  const extensions = new Map(extensionCodecs.map((codec) => [codec.name, codec]))
  return Object.freeze<PgTypes<FingerprintOf<Options>>>({
    codecFor,
    codecNamed: ({ schema, name, kind }, derived) => {
      const extension = kind === 'b' ? extensions.get(name) : undefined
      return custom.named(schema, name, () => extension ?? derived()) ?? extension
    },
    domainNames: custom.namesBeside(builtInCodecs),
    arrays: settings.arrays,
    serverTypes: 'decoded',
    fingerprint: fingerprintOf(settings, codecFor) as FingerprintOf<Options>,
  })
}

/** Every type in its default representation. */
export const defaultTypes: PgTypes<DefaultFingerprint> = definePgTypes()
