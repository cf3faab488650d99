import { Cli } from 'kysely-codegen/dist/cli/cli.js'

import { checkOptions } from '../generator/check-options.ts'
import { nearestName } from '../generator/nearest-name.ts'
import { OptionsError } from '../source/options-error.ts'
import { type CommandName, COMMANDS } from './commands.ts'
import { type Config, CONFIG_OPTIONS } from './config.ts'
import { type Flag, FLAGS, REFUSED_FLAGS } from './flags.ts'

/** What the command line says. */
export interface Arguments {
  readonly command: CommandName
  readonly help: boolean
  readonly configFile?: string | undefined
  /** Said by flags, and so before what the configuration file says. */
  readonly options: Config
}

/** Reads arguments, without the names of node and the program. Flags of kysely-codegen are read by kysely-codegen itself. */
export function parseArguments(argv: readonly string[]): Arguments {
  const [first] = argv
  const named = first === undefined || first.startsWith('-') ? undefined : first
  if (named !== undefined && !isCommand(named)) throw unknown('command', named, Object.keys(COMMANDS))
  const rest = named === undefined ? argv : argv.slice(1)
  const said = readFlags(named === 'check' ? withFilesNamed(rest) : rest)
  const options = { ...readByKyselyCodegen(said), ...readOwn(said) } as Config & Commanding
  const { print = false, verify = false, configFile, ...config } = options
  checkOptions(config, CONFIG_OPTIONS)
  const command = named ?? (verify ? 'verify' : print ? 'print' : 'generate')
  return { command, help: said.some(({ flag }) => flag.name === 'help'), configFile, options: config }
}

/** What only the command line can say. */
interface Commanding {
  readonly configFile?: string
  readonly print?: boolean
  readonly verify?: boolean
}

/** What stands behind `check` without a flag before it are files. */
function withFilesNamed(argv: readonly string[]): string[] {
  const words: string[] = []
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at]!
    if (!word.startsWith('-')) {
      words.push(`--check-files=${word}`)
      continue
    }
    words.push(word)
    const flag = FLAGS.find(({ name }) => word === `--${name}`)
    if (flag !== undefined && argv[at + 1] !== undefined && takes(flag, argv[at + 1]!)) words.push(argv[++at]!)
  }
  return words
}

function isCommand(word: string): word is CommandName {
  return Object.hasOwn(COMMANDS, word)
}

interface SaidFlag {
  readonly flag: Flag
  /** `true` and `false` for a switch. */
  readonly value: string
}

function readFlags(argv: readonly string[]): SaidFlag[] {
  const said: SaidFlag[] = []
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at]!
    const match = /^(?:--(?<name>[^=]+)|-(?<short>[^-=]))(?:=(?<given>[^]*))?$/.exec(word)
    if (isCommand(word)) throw new OptionsError(`The command ${word} has to stand first, before the flags`)
    if (match === null)
      throw new OptionsError(`What is ${JSON.stringify(word)} for? Only flags stand behind the command`)
    const { name, short, given } = match.groups as { name?: string; short?: string; given?: string }
    const { flag, negated } = flagOf(name, short)
    if (negated) {
      said.push({ flag, value: 'false' })
      continue
    }
    const next = argv[at + 1]
    const follows = given === undefined && next !== undefined && takes(flag, next)
    if (follows) at++
    said.push({ flag, value: checked(flag, given ?? (follows ? next : undefined)) })
  }
  return said
}

function flagOf(
  name: string | undefined,
  short: string | undefined,
): { readonly flag: Flag; readonly negated: boolean } {
  const written = name ?? short ?? ''
  const refusal = Object.hasOwn(REFUSED_FLAGS, written) ? REFUSED_FLAGS[written] : undefined
  if (refusal !== undefined) throw new OptionsError(`The flag --${written} has no place here: ${refusal}`)
  const flag = FLAGS.find((each) => (name === undefined ? each.short === short : each.name === name))
  if (flag !== undefined) return { flag, negated: false }
  const positive = FLAGS.find(
    (each) => `no-${each.name}` === name && (each.value === 'switch' || each.name === 'snapshot'),
  )
  if (positive !== undefined) return { flag: positive, negated: true }
  throw unknown(
    'flag',
    name === undefined ? `-${written}` : `--${written}`,
    FLAGS.map((each) => `--${each.name}`),
  )
}

/** Whether the next word is the flag's value. A switch has one only if it can be nothing else. */
function takes(flag: Flag, next: string): boolean {
  if (flag.value !== 'switch') return true
  return (flag.values ?? ['true', 'false']).includes(next)
}

function checked(flag: Flag, given: string | undefined): string {
  const { name, value, values } = flag
  if (given === undefined || given === '') {
    if (value === 'switch') return 'true'
    throw new OptionsError(`The flag --${name} needs a value`)
  }
  const allowed = values ?? (value === 'switch' ? ['true', 'false'] : undefined)
  if (allowed !== undefined && !allowed.includes(given)) {
    throw new OptionsError(`The flag --${name} has to be one of ${allowed.join(', ')}`)
  }
  if (value === 'json' && !isJson(given)) throw new OptionsError(`The value of --${name} is no JSON`)
  return given
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function readByKyselyCodegen(said: readonly SaidFlag[]): object {
  const words = said
    .filter(({ flag }) => flag.shared === true && flag.name !== 'help')
    .map(({ flag, value }) => `--${flag.name}=${value}`)
  const { outFile, ...options } = new Cli().parseOptions(words, { config: {}, silent: true })
  const configFile = said.findLast(({ flag }) => flag.name === 'config-file')?.value
  // With --print it forgets the file, and with an empty object for a configuration it has no other name for one.
  const file = outFile ?? said.findLast(({ flag }) => flag.name === 'out-file')?.value
  return {
    ...options,
    ...(file === undefined ? {} : { outFile: file }),
    ...(configFile === undefined ? {} : { configFile }),
  }
}

function readOwn(said: readonly SaidFlag[]): object {
  const own = said.filter(({ flag }) => flag.shared !== true)
  return Object.fromEntries(
    own.map(({ flag, value }) => [
      flag.option,
      flag.value === 'texts'
        ? own.filter((each) => each.flag === flag).map((each) => each.value)
        : ownValue(flag, value),
    ]),
  )
}

function ownValue(flag: Flag, value: string): unknown {
  if (flag.value === 'number') return Number(value)
  return value === 'false' && (flag.value === 'switch' || flag.name === 'snapshot')
    ? false
    : flag.value === 'switch' || value
}

function unknown(kind: string, word: string, known: readonly string[]): OptionsError {
  const nearest = nearestName(word, known)
  const proposal = nearest === undefined ? `. Known are ${known.join(', ')}` : `. Did you mean ${nearest}?`
  return new OptionsError(`Unknown ${kind} ${word}${proposal}`)
}
