/** The README's tables of options say what the tables in the code say: the same names, keys, variables and defaults. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import {
  connectionOptions,
  type OptionName,
  optionNames,
} from '../../packages/dialect/src/config/connection-options.ts'
import { poolHooks } from '../../packages/dialect/src/pool/pool-hooks.ts'
import { pipeliningModes, poolOptions, resetPolicies } from '../../packages/dialect/src/pool/pool-options.ts'
import { profileChoices } from '../../packages/dialect/src/types/profile/profile-options.ts'

const readme = await readFile(join(import.meta.dirname, '../../README.md'), 'utf8')

/** Options that an options object cannot have, and the one in whose row they are explained. */
const explainedWith: Partial<Record<OptionName, OptionName>> = {
  fallbackApplicationName: 'applicationName',
  keepalives: 'keepaliveIdleMs',
  sslmode: 'tls',
  sslrootcert: 'tls',
  sslcrl: 'tls',
  sslcrldir: 'tls',
  sslcert: 'tls',
  sslkey: 'tls',
  sslpassword: 'tls',
  sslcertmode: 'tls',
  sslnegotiation: 'tls',
  sslMinProtocolVersion: 'tls',
  sslMaxProtocolVersion: 'tls',
  sslsni: 'tls',
  sslkeylogfile: 'tls',
  options: 'serverSettings',
  timeZone: 'serverSettings',
  dateStyle: 'serverSettings',
  geqo: 'serverSettings',
}

interface Cells {
  readonly url: string
  readonly env: string
  readonly default: string
}

/** The cells of a table's rows, by the name in the first; the first row of the table begins with `head`. */
function table(head: string): Map<string, string[]> {
  const lines = readme.split('\n')
  const begin = lines.findIndex((line) => line.startsWith(`| ${head} |`))
  const length = lines.slice(begin).findIndex((line) => !line.startsWith('|'))
  const rows = lines.slice(begin + 2, begin + length).map((line) => line.split('|').map((cell) => cell.trim()))
  return new Map(rows.map(([, name = '', ...cells]) => [code(name)[0] ?? name, cells]))
}

/** What a cell has between backticks. */
function code(cell: string): string[] {
  return Array.from(cell.matchAll(/`([^`]+)`/g), ([, text = '']) => text)
}

/** The value with which a cell begins; undefined for a sentence. PostgreSQL's gigabyte lacks its last byte. */
function value(cell: string): unknown {
  if (cell.startsWith('`')) return code(cell)[0]
  const [, digits, unit] = /^([\d,]+)( GiB)?/.exec(cell) ?? []
  if (digits === undefined) return undefined
  const number = Number(digits.replaceAll(',', ''))
  return unit === undefined ? number : number * 2 ** 30 - 1
}

function isSslMode(text: string): boolean {
  try {
    return connectionOptions.sslmode.check(text, '') === text
  } catch {
    return false
  }
}

const connectionTable = table('option')
const documented = optionNames.filter((name) => connectionOptions[name].inObject)

function cellsOf(name: OptionName): Cells {
  const [url = '', env = '', fallback = ''] = connectionTable.get(name) ?? []
  return { url, env, default: fallback }
}

/** The option itself, and those that are explained with it. */
function together(name: OptionName): OptionName[] {
  return [name, ...optionNames.filter((other) => explainedWith[other] === name)]
}

test('the table of the connection’s options has each of them once, in their order', () => {
  expect([...connectionTable.keys()]).toEqual(documented)
  const rest = optionNames.filter((name) => !connectionOptions[name].inObject)
  expect(Object.keys(explainedWith)).toEqual(rest)
})

test.each(documented)('%s: its keys in a connection string', (name) => {
  const keys = code(cellsOf(name).url).filter((text) => !isSslMode(text))
  expect(keys).toEqual(together(name).flatMap((one) => connectionOptions[one].url))
})

test.each(documented)('%s: its environment variables', (name) => {
  expect(code(cellsOf(name).env)).toEqual(together(name).flatMap((one) => connectionOptions[one].env ?? []))
})

test.each(documented)('%s: its default', (name) => {
  const { default: fallback } = connectionOptions[name]
  const cell = cellsOf(name).default
  if (fallback === '' || typeof fallback === 'object') expect(cell).toBe('none')
  else if (fallback === undefined) expect(cell).toMatch(/^[a-z]/)
  else expect(value(cell)).toBe(fallback)
})

test('sslmode has the values that are accepted', () => {
  const accepted = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'].filter(isSslMode)
  expect(code(cellsOf('tls').url).filter(isSslMode)).toEqual(accepted)
})

test('times in a connection string and the environment are in seconds, as the table says', () => {
  expect(cellsOf('connectTimeoutMs').url).toContain('(seconds)')
  expect(connectionOptions.connectTimeoutMs.parse?.('1')).toBe(1000)
  expect(cellsOf('keepaliveIdleMs').url).toContain('(seconds)')
  expect(connectionOptions.keepaliveIdleMs.parse?.('1')).toBe(1000)
})

test('the table of the pool’s options has each of them once, in their order, with its default', () => {
  const rows = Array.from(table('pool option'), ([name, [fallback = '']]) => [name, value(fallback)])
  const counts = Object.entries(poolOptions).map(([name, row]) => [name, row.default])
  const modes = [
    ['pipelining', `'${pipeliningModes[0]}'`],
    ['reset', `'${resetPolicies[0]}'`],
    ['unref', 'false'],
    ['replicas', undefined],
    ['replicaFallback', 'true'],
  ]
  const hooks = poolHooks.map((name) => [name, undefined])
  expect(rows).toEqual([...counts, ...modes, ...hooks])
})

test('the table of representations has each choice of a profile, the default first', () => {
  const rows = Array.from(table('type'), ([name, cells]) => [name, ...cells.flatMap(code)])
  const choices = Object.entries(profileChoices).map(([name, all]) => {
    const quoted = all.map((choice) => `'${choice}'`)
    return [name].concat(quoted, name === 'json' ? '{ parse }' : [])
  })
  expect(rows).toEqual(choices)
})
