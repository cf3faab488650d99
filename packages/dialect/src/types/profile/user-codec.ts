import { ConfigError } from '../../errors/config-error.ts'
import { BINARY, type Codec, type CodecDefinition, defineCodec, TEXT } from '../codec.ts'

const MAX_OID = 0xffff_ffff

type Rule = readonly [expected: string, holds: (value: unknown) => boolean]

const name: Rule = ['a text that is not empty', (value) => typeof value === 'string' && value !== '']
const oid: Rule = ['an OID, or 0', (value) => Number.isInteger(value) && inRange(value as number, 0, MAX_OID)]
const flag: Rule = ['true or false', (value) => typeof value === 'boolean']
const code: Rule = ['a function', (value) => typeof value === 'function']
const size: Rule = ['a number of bytes, or -1', (value) => Number.isInteger(value) && (value as number) >= -1]
const character: Rule = ['one character', (value) => typeof value === 'string' && value.length === 1]

/** What every codec has: what the compiler asks for, said again for those who have none. */
const REQUIRED: Readonly<Partial<Record<keyof Codec, Rule>>> = {
  name,
  oid,
  arrayOid: oid,
  format: ['BINARY or TEXT', (value) => value === BINARY || value === TEXT],
  size,
  delimiter: character,
  typescript: ['the texts select and insert', hasTypes],
  encodesStrings: flag,
  ownStrings: flag,
  encodesArrays: flag,
  decode: code,
  encode: code,
}

const OPTIONAL: Readonly<Partial<Record<keyof Codec, Rule>>> = {
  schema: name,
  fromText: code,
  decodeBinary: code,
  toText: code,
  prefersText: code,
  encodeText: code,
}

/** A codec that a user brings along, complete and unchangeable. Throws `ConfigError`; `where` says which one it was. */
export function userCodec(value: unknown, where: string): Codec {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ConfigError(`${where} must be a codec`)
  }
  const codec = isDefined(value) ? value : defineCodec(definitionOf(value, where))
  for (const [part, rule] of Object.entries(REQUIRED)) requirePart(codec, part, rule, where)
  for (const [part, rule] of Object.entries(OPTIONAL)) {
    if (codec[part as keyof Codec] !== undefined) requirePart(codec, part, rule, where)
  }
  return codec
}

/** Those of `defineCodec` stay what they are, and nobody asks for their samples here. */
function isDefined(value: object): value is Codec {
  return Object.isFrozen(value) && 'samples' in value && Object.keys(REQUIRED).every((part) => part in value)
}

/** What is there but undefined has its default, too. */
function definitionOf(value: object, where: string): CodecDefinition<unknown> {
  const parts = Object.entries(value).filter(([, part]) => part !== undefined)
  const definition = Object.fromEntries(parts) as unknown as CodecDefinition<unknown>
  const { samples = [] } = definition
  const texts = Array.isArray(samples) && samples.every((sample) => typeof sample === 'string')
  if (!texts && typeof samples !== 'function') throw new ConfigError(`${where}: samples must be an array of texts`)
  return definition
}

function requirePart(codec: Codec, part: string, [expected, holds]: Rule, where: string): void {
  if (!holds(codec[part as keyof Codec])) throw new ConfigError(`${where}: ${part} must be ${expected}`)
}

function hasTypes(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { select, insert } = value as Partial<Codec['typescript']>
  return typeof select === 'string' && typeof insert === 'string'
}

function inRange(value: number, least: number, most: number): boolean {
  return value >= least && value <= most
}
