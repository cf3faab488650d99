import { OptionsError } from '../source/options-error.ts'
import type { OptionKind } from './generator-options.ts'
import { nearestName } from './nearest-name.ts'

/**
 * Refuses what is no option and what an option cannot be. `elsewhere`: names that others have for something, and what to say to them.
 */
export function checkOptions(
  options: unknown,
  kinds: Readonly<Record<string, OptionKind>>,
  elsewhere: Readonly<Record<string, string>> = {},
): void {
  if (!isObject(options)) throw new OptionsError('The options have to be an object')
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined
    if (kind === undefined) throw unknownOption(name, Object.keys(kinds), elsewhere)
    if (!CHECKS[kind].test(value)) throw new OptionsError(`The option ${name} has to be ${CHECKS[kind].wanted}`)
  }
}

function unknownOption(
  name: string,
  known: readonly string[],
  elsewhere: Readonly<Record<string, string>>,
): OptionsError {
  const advice = Object.hasOwn(elsewhere, name) ? elsewhere[name] : undefined
  if (advice !== undefined) return new OptionsError(`There is no option ${name} here: ${advice}`)
  const nearest = nearestName(name, known)
  const proposal = nearest === undefined ? '' : `. Did you mean ${nearest}?`
  return new OptionsError(`Unknown option ${JSON.stringify(name)}${proposal}`)
}

const CHECKS: Readonly<Record<OptionKind, { readonly wanted: string; readonly test: (value: unknown) => boolean }>> = {
  boolean: { wanted: 'true or false', test: isBoolean },
  'boolean or rules': {
    wanted: 'true, false, or an object with rules',
    test: (value) => isBoolean(value) || isStringsByName(value),
  },
  database: { wanted: 'a Kysely instance', test: isObject },
  'enum style': {
    wanted: 'true, false, pascal-case or screaming-snake-case',
    test: (value) => isBoolean(value) || value === 'pascal-case' || value === 'screaming-snake-case',
  },
  'functions by name': {
    wanted: 'an object with functions',
    test: (value) => isObject(value) && Object.values(value).every((each) => typeof each === 'function'),
  },
  'list of strings': {
    wanted: 'a list of strings',
    test: (value) => Array.isArray(value) && value.every(isString),
  },
  'log level': {
    wanted: 'silent, error, warn, info or debug',
    test: (value) => isString(value) && ['silent', 'error', 'warn', 'info', 'debug'].includes(value),
  },
  number: { wanted: 'a number above 0', test: (value) => typeof value === 'number' && value > 0 },
  overrides: {
    wanted: 'an object with `columns`, whose values are types as text',
    test: (value) =>
      isObject(value) &&
      Object.entries(value).every(
        ([name, columns]) => name === 'columns' && (columns === undefined || isStringsByName(columns)),
      ),
  },
  postgres: { wanted: 'postgres: there is no other', test: (value) => value === 'postgres' },
  profile: { wanted: 'a profile of definePgTypes', test: (value) => isObject(value) && isString(value['fingerprint']) },
  source: { wanted: '{ url }, { migrations } or { db }', test: isSource },
  string: { wanted: 'a string', test: (value) => isString(value) && value !== '' },
  'string or false': {
    wanted: 'a string or false',
    test: (value) => value === false || (isString(value) && value !== ''),
  },
  'strings by name': { wanted: 'an object with strings', test: isStringsByName },
}

function isSource(value: unknown): boolean {
  if (!isObject(value)) return false
  const { url, envFile, migrations, db, ...others } = value
  if (Object.keys(others).length > 0) return false
  if (db !== undefined) return url === undefined && envFile === undefined && migrations === undefined && isObject(db)
  if (migrations !== undefined) return url === undefined && envFile === undefined && isString(migrations)
  return isString(url) && (envFile === undefined || isString(envFile))
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isStringsByName(value: unknown): boolean {
  return isObject(value) && Object.values(value).every(isString)
}

function isString(value: unknown): value is string {
  return typeof value === 'string'
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean'
}
