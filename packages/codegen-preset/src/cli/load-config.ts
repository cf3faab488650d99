import { access } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

import { checkOptions } from '../generator/check-options.ts'
import { OptionsError } from '../source/options-error.ts'
import { type Config, CONFIG_OPTIONS, REFUSED_OPTIONS } from './config.ts'

const NAMES = ['ts', 'mts', 'js', 'mjs'].map((ending) => `kysely-pgwire.config.${ending}`)

/** Options that are paths, which count from the file that says them. */
const PATHS = [
  'checkProject',
  'envFile',
  'migrations',
  'outFile',
  'snapshot',
] as const satisfies readonly (keyof Config)[]

export interface LoadedConfig {
  /** Null: there is none. */
  readonly file: string | null
  readonly config: Config
}

/** Loads the file that is named, or the first that is found in the folder or above it. It is imported as any module is. */
export async function loadConfig(folder: string, named: string | undefined): Promise<LoadedConfig> {
  const file = named === undefined ? await findUpwards(folder) : resolve(folder, named)
  if (file === null) return { file, config: {} }
  if (!(await isThere(file))) throw new OptionsError(`There is no configuration file ${file}`)
  const { default: config } = await load(file)
  if (config === undefined) throw new OptionsError(`The configuration file ${file} has no default export`)
  try {
    checkOptions(config, CONFIG_OPTIONS, REFUSED_OPTIONS)
  } catch (error) {
    throw new OptionsError(`In ${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
  return { file, config: withPathsFrom(dirname(file), config as Config, folder) }
}

async function load(file: string): Promise<{ readonly default?: unknown }> {
  try {
    return (await import(pathToFileURL(file).href)) as { readonly default?: unknown }
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error)
    throw new OptionsError(`Cannot load the configuration file ${file}: ${reason}`, { cause: error })
  }
}

async function findUpwards(folder: string): Promise<string | null> {
  for (let at = resolve(folder); ; at = dirname(at)) {
    for (const name of NAMES) if (await isThere(join(at, name))) return join(at, name)
    if (dirname(at) === at) return null
  }
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}

/** Paths that count from `folder`, as such that count from anywhere; patterns, from `cwd`. */
export function withPathsFrom(folder: string, config: Config, cwd: string = folder): Config {
  const paths = PATHS.flatMap((name) => {
    const path = config[name]
    return typeof path === 'string' ? [[name, resolve(folder, path)] as const] : []
  })
  const files = config.checkFiles?.map((pattern) => relative(cwd, resolve(folder, pattern)))
  return { ...config, ...Object.fromEntries(paths), ...(files === undefined ? {} : { checkFiles: files }) }
}
