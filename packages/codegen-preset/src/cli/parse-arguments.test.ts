import { FLAGS as THEIRS } from 'kysely-codegen/dist/cli/flags.js'
import { expect, test } from 'vitest'

import { OptionsError } from '../source/options-error.ts'
import { FLAGS, flagsTable, REFUSED_FLAGS } from './flags.ts'
import { commandsTable, exitCodesTable, helpText } from './help.ts'
import { parseArguments } from './parse-arguments.ts'

test.each<[string[], object]>([
  [[], {}],
  [['--out-file', 'db.ts'], { outFile: 'db.ts' }],
  [['--out-file=a=b.ts'], { outFile: 'a=b.ts' }],
  [['--out-file', '7'], { outFile: '7' }],
  [['--print', '--out-file', 'db.ts'], { outFile: 'db.ts' }],
  [['--camel-case', '--keys'], { camelCase: true, keys: true }],
  [['--camel-case', 'false', '--keys=false'], { camelCase: false, keys: false }],
  [['--no-camel-case', '--no-keys'], { camelCase: false, keys: false }],
  [['--no-snapshot'], { snapshot: false }],
  [['--snapshot', 'x.json'], { snapshot: 'x.json' }],
  [['--default-schema', 'a', '--default-schema', 'b'], { defaultSchemas: ['a', 'b'] }],
  [['--custom-imports', '{"A":"./a#B"}'], { customImports: { A: './a#B' } }],
  [['--overrides', '{"columns":{"t.c":"A | B"}}'], { overrides: { columns: { 't.c': 'A | B' } } }],
  [['--runtime-enums'], { runtimeEnums: true }],
  [['--runtime-enums', 'pascal-case'], { runtimeEnums: 'pascal-case' }],
  [['--poll-interval-ms', '20'], { pollIntervalMs: 20 }],
  [['--url', '-x', '--migrations', '--y'], { url: '-x', migrations: '--y' }],
  [['--dialect', 'postgres', '--log-level', 'debug'], { dialect: 'postgres', logLevel: 'debug' }],
  [['--include-pattern', 'a*', '--exclude-pattern', '*.b'], { includePattern: 'a*', excludePattern: '*.b' }],
])('%j says %j', (argv, options) => {
  expect(parseArguments(argv).options).toEqual(options)
})

test.each([
  [[], 'generate'],
  [['verify'], 'verify'],
  [['--verify'], 'verify'],
  [['--print'], 'print'],
  [['watch', '--print'], 'watch'],
])('%j is the command %s', (argv, command) => {
  expect(parseArguments(argv).command).toBe(command)
})

test('the configuration file and the help are asked for by flags of any command', () => {
  expect(parseArguments(['print', '--config-file', 'x.ts', '-h'])).toMatchObject({ configFile: 'x.ts', help: true })
  expect(parseArguments(['--help']).help).toBe(true)
  expect(parseArguments(['print']).help).toBe(false)
})

test.each([
  [['gnerate'], 'Unknown command gnerate. Did you mean generate?'],
  [['constructor'], /^Unknown command constructor\. Known are generate, verify, watch, /],
  [['--outfile', 'x'], 'Unknown flag --outfile. Did you mean --out-file?'],
  [['-x'], /^Unknown flag -x\. Known are --.*, --branded-domains, /],
  [['--no-out-file'], /^Unknown flag --no-out-file/],
  [['--date-parser=string'], /^The flag --date-parser has no place here: .*definePgTypes/],
  [['--numeric-parser', 'number'], /^The flag --numeric-parser has no place here: .*definePgTypes/],
  [['--no-domains'], /^The flag --no-domains has no place here/],
  [['--schema', 'x'], 'The flag --schema has no place here: say --default-schema'],
  [['--url'], 'The flag --url needs a value'],
  [['--url='], 'The flag --url needs a value'],
  [['--dialect', 'mysql'], 'The flag --dialect has to be one of postgres'],
  [['--log-level', 'loud'], 'The flag --log-level has to be one of silent, error, warn, info, debug'],
  [['--camel-case=maybe'], 'The flag --camel-case has to be one of true, false'],
  [['--overrides', '{'], 'The value of --overrides is no JSON'],
  [
    ['--overrides', '{"columns":{"a":1}}'],
    'The option overrides has to be an object with `columns`, whose values are types as text',
  ],
  [['--custom-imports', '[1]'], 'The option customImports has to be an object with strings'],
  [['--poll-interval-ms', 'soon'], 'The option pollIntervalMs has to be a number above 0'],
  [['--camel-case', 'print'], 'The command print has to stand first, before the flags'],
  [['--camel-case', 'users'], 'What is "users" for? Only flags stand behind the command'],
])('%j is refused', (argv, message) => {
  expect(() => parseArguments(argv)).toThrow(OptionsError)
  expect(() => parseArguments(argv)).toThrow(message)
})

test('every flag of kysely-codegen is known, or refused with advice', () => {
  const ours = new Set([...FLAGS.filter(({ shared }) => shared).map(({ name }) => name), ...Object.keys(REFUSED_FLAGS)])
  expect(THEIRS.map(({ longName }) => longName).filter((name) => !ours.has(name))).toEqual([])
})

test('help and tables have every flag once', () => {
  for (const { name } of FLAGS) {
    expect(
      helpText()
        .split('\n')
        .filter((line) => line.startsWith(`  --${name}`) && /[ ,]/.test(line[name.length + 4] ?? '')),
    ).toHaveLength(1)
    expect(flagsTable().match(new RegExp(`^\\| \`--${name}[\`, ]`, 'gm'))).toHaveLength(1)
  }
  expect(exitCodesTable().split('\n')).toHaveLength(6)
  expect(commandsTable()).toContain('| `verify` |')
})
