/** Every flag of the command line, once: the help, the README's table and the reading of arguments are made from it. */

export interface Flag {
  readonly name: string
  readonly short?: string
  /** What stands behind it. `switch`: nothing, `false`, or `--no-` before the name. */
  readonly value: 'json' | 'number' | 'switch' | 'text' | 'texts'
  /** The only values that it may have. */
  readonly values?: readonly string[]
  readonly doc: string
  /** As which option of the configuration file it counts. None: only the command line has it. */
  readonly option?: string | undefined
  /** Whether kysely-codegen has it, too. */
  readonly shared?: true
}

export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const

export const FLAGS: readonly Flag[] = [
  flag('audit-rows', 'number', 'How many rows of each table `audit` looks at. Default: all.'),
  flag('audit-timeout-ms', 'number', 'How long one statement of `audit` may take. Default: 60000.'),
  flag('branded-domains', 'switch', 'Domains are types of their own, which a plain value is not.'),
  flag(
    'branded-ids',
    'switch',
    'Primary keys have types of their own, and so have the foreign keys that point to them.',
  ),
  shared('camel-case', 'switch', 'Names as `CamelCasePlugin` gives them.'),
  flag(
    'check-files',
    'texts',
    'Files for `check`, or a glob pattern. May be repeated; what stands behind the command is the same.',
  ),
  flag('check-project', 'text', 'The `tsconfig.json` for `check`. Default: for each file the nearest one.'),
  {
    ...shared(
      'config-file',
      'text',
      'The configuration file. Default: `kysely-pgwire.config.ts`, `.mts`, `.js` or `.mjs`, here or above.',
    ),
    option: undefined,
  },
  shared('custom-imports', 'json', 'Imports for overrides, as JSON: `{"Money":"./money","Id":"./ids#UserId"}`.'),
  shared(
    'default-schema',
    'texts',
    'A schema whose tables stand in `DB` without its name. May be repeated. Default: `public`.',
    'defaultSchemas',
  ),
  { ...shared('dialect', 'text', 'Only `postgres`.'), values: ['postgres'] },
  flag('enum-values', 'switch', 'Enums also as constants, tuples in the order of the database.'),
  shared('env-file', 'text', 'The file with variables for `env(…)`. Default: `.env`, if there is one.'),
  shared('exclude-pattern', 'text', 'Leave out tables that match the glob: `secret_*`, `audit.*`.'),
  { ...shared('help', 'switch', 'Print this.'), short: 'h', option: undefined },
  shared('include-pattern', 'text', 'Only tables that match the glob.'),
  flag('keys', 'switch', 'A constant with the primary, unique and foreign keys.'),
  { ...shared('log-level', 'text', 'How much is said. Default: `info`.'), values: LOG_LEVELS },
  flag('migrations', 'text', 'A folder of migrations to run on a database in memory, instead of `--url`.'),
  shared('out-file', 'text', 'The file to write.'),
  shared('overrides', 'json', 'Types of columns, as JSON: `{"columns":{"users.settings":"Settings"}}`.'),
  shared('partitions', 'switch', 'Partitions have interfaces, too.'),
  flag('poll-interval-ms', 'number', 'How often `watch` asks a database whether it has changed. Default: 1000.'),
  shared('print', 'switch', 'As the command `print`.'),
  flag('print-types', 'switch', '`check` also prints the types of each statement in files of SQL.'),
  flag('routines', 'switch', 'The types of functions and procedures.'),
  {
    ...shared('runtime-enums', 'switch', 'As `--enum-values`.'),
    values: ['true', 'false', 'pascal-case', 'screaming-snake-case'],
  },
  shared('singularize', 'switch', 'Names of interfaces in the singular.'),
  flag(
    'snapshot',
    'text',
    'The file that keeps the catalog. Default: beside the file of types; `--no-snapshot`: none.',
  ),
  flag('strict', 'switch', '`verify` also counts changes that the file of types says nothing of.'),
  shared('type-mapping', 'json', 'Only what the profile does anyway: types are chosen by `definePgTypes`.'),
  shared('type-only-imports', 'switch', 'Imports say that they are of types. Default: true.'),
  shared('url', 'text', 'The database: a connection string, or `env(NAME)`. Default: `env(DATABASE_URL)`.'),
  shared('verify', 'switch', 'As the command `verify`.'),
]

/** Flags of kysely-codegen that would say something untrue here, and what to do instead. */
export const REFUSED_FLAGS: Readonly<Record<string, string>> = {
  'date-parser':
    'what dates are is chosen for the dialect and the file together, by `types: definePgTypes({ date: … })` in the configuration',
  'no-domains': 'a domain is a name for its base type, which fits wherever that does',
  domains: 'a domain is a name for its base type, which fits wherever that does',
  'numeric-parser':
    'what numbers are is chosen for the dialect and the file together, by `types: definePgTypes({ numeric: … })` in the configuration',
  schema: 'say --default-schema',
  singular: 'say --singularize',
}

/** The flag as a table of Markdown has it, with all others. */
export function flagsTable(): string {
  const rows = FLAGS.map((each) => `| \`${spelling(each).replaceAll('|', String.raw`\|`)}\` | ${each.doc} |`)
  return ['| flag | |', '|---|---|', ...rows].join('\n')
}

/** How a flag is written. */
export function spelling({ name, short, value, values }: Flag): string {
  const given = value === 'switch' ? '' : ` <${values?.join('|') ?? PLACES[value]}>`
  return `--${name}${short === undefined ? '' : `, -${short}`}${given}`
}

const PLACES = { json: 'json', number: 'number', text: 'text', texts: 'text' } as const

function flag(name: string, value: Flag['value'], doc: string, option = optionName(name)): Flag {
  return { name, value, doc, option }
}

function shared(name: string, value: Flag['value'], doc: string, option = optionName(name)): Flag {
  return { name, value, doc, option, shared: true }
}

function optionName(name: string): string {
  return name.replaceAll(/-(?<letter>.)/g, (_, letter: string) => letter.toUpperCase())
}
