import type { AnyKysely } from '../catalog/query-runner.ts'
import { checkOptions } from '../generator/check-options.ts'
import { OUTPUT_OPTIONS, type OptionKind, type OutputOptions } from '../generator/generator-options.ts'
import { readCatalogOf } from '../generator/read-catalog-of.ts'
import { keepRead } from './metadata.ts'
import { serialize, type SerializeOptions } from './serialize.ts'

/** What {@link definePreset} takes: what decides the text, and what kysely-codegen's own command line needs to know. */
export interface PresetOptions extends OutputOptions {
  readonly url?: string | undefined
  readonly envFile?: string | undefined
  readonly outFile?: string | undefined
  readonly logLevel?: 'silent' | 'error' | 'warn' | 'info' | 'debug' | undefined
}

const PRESET_OPTIONS: Readonly<Record<keyof PresetOptions, OptionKind>> = {
  ...OUTPUT_OPTIONS,
  envFile: 'string',
  logLevel: 'log level',
  outFile: 'string',
  url: 'string',
}

/** A configuration of kysely-codegen. Its functions stand on their own, for kysely-codegen copies the objects that they are in. */
export interface Preset {
  readonly dialect: 'postgres'
  readonly url?: string
  readonly envFile?: string
  readonly outFile?: string
  readonly logLevel?: 'silent' | 'error' | 'warn' | 'info' | 'debug'
  // oxlint-disable-next-line typescript/no-explicit-any -- As kysely-codegen has them, whose classes are not for our declarations.
  readonly postprocess: (context: { readonly db: any; readonly metadata: any }) => Promise<any>
  readonly serializer: {
    readonly serializeFile: (metadata: object, dialect: object, options?: SerializeOptions) => string
  }
}

/**
 * The preset as a configuration for kysely-codegen's own command line, which connects through `pg` and reads the database once for
 * itself before it asks us. The command line `kysely-pgwire-codegen` gives the same file, and does not need that. Options belong here: of
 * kysely-codegen's flags only `--camel-case`, `--custom-imports`, `--default-schema` and `--overrides` reach us.
 */
export function definePreset(options: PresetOptions = {}): Preset {
  checkOptions(options, PRESET_OPTIONS)
  const { url, envFile, outFile, logLevel, ...output } = options
  return {
    dialect: 'postgres',
    ...(url === undefined ? {} : { url }),
    ...(envFile === undefined ? {} : { envFile }),
    ...(outFile === undefined ? {} : { outFile }),
    ...(logLevel === undefined ? {} : { logLevel }),
    postprocess: async ({ db, metadata }) => {
      keepRead(metadata as object, { catalog: await readCatalogOf(db as AnyKysely), chosen: {} })
      return metadata as unknown
    },
    serializer: { serializeFile: (metadata, _, told) => serialize(metadata, output, told) },
  }
}
