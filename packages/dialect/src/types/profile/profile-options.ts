import { ConfigError } from '../../errors/config-error.ts'
import type { Codec } from '../codec.ts'
import type { TemporalImplementation } from '../scalars/temporal-types.ts'
import type { JsonParsing } from './representations/json.ts'
import { userCodec } from './user-codec.ts'

/** A codec for the type of some name, or one made from what would serve the type otherwise. */
export type CodecChoice = Codec | ((derived: Codec) => Codec)

/**
 * Which JavaScript values stand for which PostgreSQL types. What is left out has its default. These lose three things: the
 * microseconds that a `Date` has no room for, the digits of a JSON number beyond double precision, and the lower bounds of
 * arrays.
 */
export interface PgTypesOptions {
  /** Default `'string'`. `'number'` refuses values beyond `Number.MAX_SAFE_INTEGER`. */
  readonly int8?: 'string' | 'bigint' | 'number'
  /** Default `'string'`. `'number'` gives the nearest number, as a cast to float8 does. */
  readonly numeric?: 'string' | 'number'
  /**
   * Default `'date'`, cut off to milliseconds. `'string'`: as the server prints it in UTC; `'temporal'`: a `Temporal.Instant`.
   * Infinite ones are the numbers ±Infinity, or strings.
   */
  readonly timestamptz?: 'date' | 'string' | 'temporal'
  /**
   * Default `'date'`, whose fields in UTC say the same. `'string'`: as the server prints it; `'temporal'`: a
   * `Temporal.PlainDateTime`; `'pg'`: a `Date` whose fields in the process's time zone say the same, as `pg` has it.
   */
  readonly timestamp?: 'date' | 'string' | 'temporal' | 'pg'
  /** Default `'string'`. `'temporal'`: a `Temporal.PlainDate`; `'pg'`: a `Date` of midnight in the process's time zone. */
  readonly date?: 'string' | 'temporal' | 'pg'
  /** Default `'string'`. `'temporal'`: a `Temporal.PlainTime`, which refuses 24:00:00. */
  readonly time?: 'string' | 'temporal'
  /**
   * Default `'interval'`: an `Interval`. `'string'`: ISO 8601; `'temporal'`: a `Temporal.Duration`, which refuses parts of
   * different signs; `'pg'`: an object as `pg` has it.
   */
  readonly interval?: 'interval' | 'string' | 'temporal' | 'pg'
  /** json and jsonb. Default `'parsed'`. `'string'`: the server's text; or a parser of one's own for it. */
  readonly json?: 'parsed' | 'string' | JsonParsing
  /** Default `'nested'`. `'bounded'`: as a `BoundedArray`, which keeps lower bounds. */
  readonly arrays?: 'nested' | 'bounded'
  /**
   * Codecs that take the place of the built-in ones with the same OID, or serve further types. A codec with OID 0 serves
   * the types of its name, in its schema if it says one. Arrays, ranges and composites follow their parts.
   */
  readonly codecs?: readonly Codec[]
  /**
   * Codecs by type name, or by schema and name with a dot between them, which goes first: for built-in types, base types
   * of extensions, enums, composites, domains and whatever else has a name. A function gets the codec that the type would
   * have had. A string is text input for the server, unless the codec has `ownStrings`, as those of `mapCodec` have.
   *
   * A domain's codec reads parameters, parts of other types, and columns of tables and views, for which the server is asked
   * once. An expression is read as the base type, because the server does not say more: `$1::email`, `lower(mail)`, a
   * `union`. So is a column of a domain that is called as a built-in type, unless the schema is given with the name.
   */
  readonly byName?: Readonly<Record<string, CodecChoice>>
  /** The implementation behind `'temporal'`. Default: `globalThis.Temporal`. */
  readonly temporal?: TemporalImplementation
}

/** The options that are a choice between representations. */
export type ChoiceName = Exclude<keyof PgTypesOptions, 'codecs' | 'byName' | 'temporal'>

/** What is chosen when nothing is said. */
export interface DefaultChoices {
  readonly int8: 'string'
  readonly numeric: 'string'
  readonly timestamptz: 'date'
  readonly timestamp: 'date'
  readonly date: 'string'
  readonly time: 'string'
  readonly interval: 'interval'
  readonly json: 'parsed'
  readonly arrays: 'nested'
}

/** What can be chosen by name; the first is the default. */
export const profileChoices: {
  readonly [Name in ChoiceName]-?: readonly [DefaultChoices[Name], ...Extract<PgTypesOptions[Name], string>[]]
} = {
  int8: ['string', 'bigint', 'number'],
  numeric: ['string', 'number'],
  timestamptz: ['date', 'string', 'temporal'],
  timestamp: ['date', 'string', 'temporal', 'pg'],
  date: ['string', 'temporal', 'pg'],
  time: ['string', 'temporal'],
  interval: ['interval', 'string', 'temporal', 'pg'],
  json: ['parsed', 'string'],
  arrays: ['nested', 'bounded'],
}

/** The options with nothing left out. */
export type PgTypesSettings = { readonly [Name in ChoiceName]-?: NonNullable<PgTypesOptions[Name]> } & {
  readonly codecs: readonly Codec[]
  readonly byName: ReadonlyMap<string, CodecChoice>
  /** Undefined when nothing asks for it. */
  readonly temporal: TemporalImplementation | undefined
}

/** Throws `ConfigError` for what is no option or none of its values. */
export function resolvePgTypesOptions(options: PgTypesOptions): PgTypesSettings {
  if (!isObject(options)) throw new ConfigError('The options of definePgTypes must be an object')
  const names = [...Object.keys(profileChoices), 'codecs', 'byName', 'temporal']
  for (const name of Object.keys(options)) {
    if (names.includes(name)) continue
    throw new ConfigError(`Unknown option ${JSON.stringify(name.slice(0, 64))}. There are ${names.join(', ')}`)
  }
  const chosen = Object.fromEntries(
    Object.keys(profileChoices).map((name) => [name, chosenFor(name as ChoiceName, options[name as ChoiceName])]),
  ) as { [Name in ChoiceName]: NonNullable<PgTypesOptions[Name]> }
  const usesTemporal = Object.values(chosen).includes('temporal')
  return {
    ...chosen,
    codecs: codecsOf(options.codecs ?? []),
    byName: codecsByName(options.byName ?? {}),
    temporal: usesTemporal || options.temporal !== undefined ? temporalOf(options.temporal) : undefined,
  }
}

function chosenFor(name: ChoiceName, value: unknown): unknown {
  const allowed: readonly string[] = profileChoices[name]
  if (value === undefined) return allowed[0]
  if (typeof value === 'string' && allowed.includes(value)) return value
  if (name === 'json' && isObject(value) && typeof (value as Partial<JsonParsing>).parse === 'function') {
    return { ...value }
  }
  const parser = name === 'json' ? ', or an object with a function parse' : ''
  throw new ConfigError(`${name} must be one of ${allowed.join(', ')}${parser}`)
}

function codecsOf(codecs: readonly Codec[]): readonly Codec[] {
  if (!Array.isArray(codecs)) throw new ConfigError('codecs must be an array of codecs')
  const complete = Array.from(codecs, (codec: unknown, index) => userCodec(codec, `codecs[${index}]`))
  const served = new Set<string>()
  for (const codec of complete) {
    const type = servedBy(codec)
    if (served.has(type)) throw new ConfigError(`codecs has two for ${type}; the second is ${codec.name}`)
    served.add(type)
  }
  return complete
}

function servedBy({ oid, schema, name }: Codec): string {
  if (oid !== 0) return `the OID ${oid}`
  return `the type ${JSON.stringify(name)} of ${schema === undefined ? 'any schema' : JSON.stringify(schema)}`
}

function codecsByName(byName: Readonly<Record<string, CodecChoice>>): ReadonlyMap<string, CodecChoice> {
  if (!isObject(byName)) throw new ConfigError('byName must be an object')
  const choices = Object.entries(byName).map(([name, choice]): [string, CodecChoice] => {
    if (typeof choice === 'function') return [name, choice]
    if (!isObject(choice)) throw new ConfigError(`byName must have a codec or a function for ${JSON.stringify(name)}`)
    return [name, userCodec(choice, `byName[${JSON.stringify(name)}]`)]
  })
  return new Map(choices)
}

function temporalOf(given: TemporalImplementation | undefined): TemporalImplementation {
  const temporal = given ?? (globalThis as { Temporal?: TemporalImplementation }).Temporal
  if (temporal === undefined) {
    throw new ConfigError(
      "This runtime has no Temporal. Install temporal-polyfill and pass it: import { Temporal } from 'temporal-polyfill', " +
        'and the option temporal: Temporal',
    )
  }
  for (const name of ['Instant', 'PlainDateTime', 'PlainDate', 'PlainTime', 'Duration'] as const) {
    if (typeof temporal[name] !== 'function') throw new ConfigError(`temporal must have the class ${name}`)
  }
  return temporal
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
