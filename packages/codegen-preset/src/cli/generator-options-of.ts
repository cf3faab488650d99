import { defaultTypes } from 'kysely-pgwire/types'

import type { GeneratorOptions } from '../generator/generator-options.ts'
import { OptionsError } from '../source/options-error.ts'
import type { Source } from '../source/source.ts'
import type { Config } from './config.ts'
import { refuseOtherTypes } from './type-mapping.ts'

/** Options of the command line's own, and those that are something else to the generator. */
const OTHERS = [
  'url',
  'envFile',
  'migrations',
  'db',
  'pollIntervalMs',
  'printTypes',
  'logLevel',
  'dialect',
  'runtimeEnums',
  'typeMapping',
] as const

/** What the command line and the file say together, for the generator. Of two that say where the database is, the flags' counts. */
export function generatorOptionsOf(flags: Config, file: Config): GeneratorOptions {
  const merged = { ...file, ...flags }
  const { envFile, runtimeEnums, typeMapping = {}, types = defaultTypes } = merged
  refuseOtherTypes(typeMapping, types)
  const enumValues = merged.enumValues ?? (runtimeEnums === undefined ? undefined : runtimeEnums !== false)
  const source = sourceOf(flags, 'Flags', envFile) ?? sourceOf(file, 'The configuration', envFile)
  return {
    ...without(merged, OTHERS),
    ...(enumValues === undefined ? {} : { enumValues }),
    source: source ?? { url: 'env(DATABASE_URL)', envFile },
  }
}

function sourceOf({ url, migrations, db }: Config, who: string, envFile: string | undefined): Source | undefined {
  const named = [url, migrations, db].filter((each) => each !== undefined)
  if (named.length > 1) throw new OptionsError(`${who} may say one of url, migrations and db, not several`)
  if (db !== undefined) return { db }
  if (migrations !== undefined) return { migrations }
  return url === undefined ? undefined : { url, envFile }
}

function without<Name extends keyof Config>(config: Config, names: readonly Name[]): Omit<Config, Name> {
  const left = Object.entries(config).filter(([name]) => !(names as readonly string[]).includes(name))
  return Object.fromEntries(left) as Omit<Config, Name>
}
