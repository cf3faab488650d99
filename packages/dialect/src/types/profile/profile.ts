import { builtInCodecs, scalarCodecs } from '../built-in.ts'
import { codecTable } from '../codec-table.ts'
import type { Codec } from '../codec.ts'
import { extensionCodecs } from '../extensions.ts'
import { CustomCodecs } from './custom-codecs.ts'
import { fingerprintOf, type PgTypesOptions, resolvePgTypesOptions } from './profile-options.ts'
import { chosenCodecs } from './representations/chosen.ts'

/** Which codec serves which type: an immutable choice, made once for a connection, a pool or a dialect. */
export interface PgTypes {
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
  /** The profile's name: what was chosen, in a line. The user's own codecs are in it by name, so that equal ones may differ. */
  readonly fingerprint: string
}

/** What a type is found by that has no fixed OID. */
export interface NamedType {
  readonly schema: string
  readonly name: string
  /** `pg_type.typtype`: 'b' base, 'c' composite, 'd' domain, 'e' enum, 'm' multirange, 'p' pseudo, 'r' range. */
  readonly kind: string
}

/** Chooses representations; what `options` leave out has its default. Throws `ConfigError` for what is no option. */
export function definePgTypes(options: PgTypesOptions = {}): PgTypes {
  const settings = resolvePgTypesOptions(options)
  const custom = new CustomCodecs(settings.codecs, settings.byName)
  const chosen = chosenCodecs(settings)
  const byOid = codecTable(custom.placedAfter(scalarCodecs.map((codec) => chosen.get(codec.oid) ?? codec)), {
    replacing: (codec) => custom.replacing(codec),
    bounds: settings.arrays === 'bounded' ? 'kept' : 'dropped',
  })
  const extensions = new Map(extensionCodecs.map((codec) => [codec.name, codec]))
  return Object.freeze<PgTypes>({
    codecFor: (oid) => byOid.get(oid),
    codecNamed: ({ schema, name, kind }, derived) => {
      const extension = kind === 'b' ? extensions.get(name) : undefined
      return custom.named(schema, name, () => extension ?? derived()) ?? extension
    },
    domainNames: custom.namesBeside(builtInCodecs),
    arrays: settings.arrays,
    serverTypes: 'decoded',
    fingerprint: fingerprintOf(settings),
  })
}

/** Every type in its default representation. */
export const defaultTypes: PgTypes = definePgTypes()
