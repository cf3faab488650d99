import { builtInCodecs } from '../built-in.ts'
import type { Codec } from '../codec.ts'
import { hashOf } from './hash-of.ts'
import {
  type ChoiceName,
  type CodecChoice,
  type DefaultChoices,
  profileChoices,
  type PgTypesOptions,
  type PgTypesSettings,
} from './profile-options.ts'

/**
 * The choices in a line. A user's own codecs and parsers are in it by name, and `own` is a hash of what they say of themselves:
 * the OID, and the types as source text. So profiles that were defined alike have the same line, wherever they are.
 *
 * What is not seen: what the functions do, and what a function in `byName` makes of a type that only the database knows.
 * `codecFor` gives the profile's codecs of built-in types.
 */
export function fingerprintOf(settings: PgTypesSettings, codecFor: (oid: number) => Codec | undefined): string {
  const choices = Object.keys(profileChoices).map((name) => {
    const chosen = settings[name as ChoiceName]
    return `${name}=${typeof chosen === 'string' ? chosen : 'parse'}`
  })
  const { codecs, byName } = settings
  if (codecs.length > 0) choices.push(`codecs=${codecs.map(nameOf).sort().join(',')}`)
  if (byName.size > 0) choices.push(`byName=${[...byName.keys()].sort().join(',')}`)
  const own = [
    ...(typeof settings.json === 'object' ? [statement('json', settings.json.typescript)] : []),
    ...codecs.map((codec) => statement(nameOf(codec), codec)),
    ...Array.from(byName, ([name, choice]) => statement(`byName ${name}`, codecOf(name, choice, codecFor))),
  ]
  if (own.length > 0) choices.push(`own=${hashOf(own.sort().join('\n'))}`)
  return choices.join(' ')
}

/** The line that {@link fingerprintOf} gives for these options, as far as the compiler can know: no hash, and no names. */
export type FingerprintOf<Options> = keyof PgTypesOptions extends keyof Options
  ? string
  : `int8=${Chosen<Options, 'int8'>} numeric=${Chosen<Options, 'numeric'>} timestamptz=${Chosen<Options, 'timestamptz'>} timestamp=${Chosen<Options, 'timestamp'>} date=${Chosen<Options, 'date'>} time=${Chosen<Options, 'time'>} interval=${Chosen<Options, 'interval'>} json=${Chosen<Options, 'json'>} arrays=${Chosen<Options, 'arrays'>}${Own<Options>}`

/** Options of which none is a choice. */
export type NoChoices = Pick<PgTypesOptions, 'temporal'>

/** The line of a profile without options. */
export type DefaultFingerprint = FingerprintOf<NoChoices>

type Chosen<Options, Name extends ChoiceName> = Name extends keyof Options
  ? ChosenOf<Options[Name], Name>
  : DefaultChoices[Name]

type ChosenOf<Choice, Name extends ChoiceName> = Choice extends undefined
  ? DefaultChoices[Name]
  : Choice extends string
    ? Choice
    : 'parse'

type Own<Options> = 'codecs' extends keyof Options
  ? string
  : 'byName' extends keyof Options
    ? string
    : Options extends { readonly json: object }
      ? string
      : ''

function nameOf({ schema, name }: Codec): string {
  return schema === undefined ? name : `${schema}.${name}`
}

/** The codec that a name stands for; undefined for what a function makes of a type that nobody has looked up yet. */
function codecOf(name: string, choice: CodecChoice, codecFor: (oid: number) => Codec | undefined): Codec | undefined {
  if (typeof choice !== 'function') return choice
  const builtIn = builtInCodecs.find((codec) => name === codec.name || name === `pg_catalog.${codec.name}`)
  return builtIn && codecFor(builtIn.oid)
}

function statement(of: string, said: Codec | string | undefined): string {
  if (typeof said !== 'object') return JSON.stringify([of, said ?? null])
  const { oid, typescript } = said
  return JSON.stringify([of, oid, plain(typescript.select), plain(typescript.insert)])
}

/** Which Temporal it is depends on the runtime, and says nothing of the profile. */
function plain(source: string): string {
  return source.replaceAll("import('temporal-polyfill').", '')
}
