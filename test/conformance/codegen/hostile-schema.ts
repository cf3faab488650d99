/** A schema whose names, labels and comments are made to break out of their place in a file. */
import type { Random } from '../../support/random.ts'

export interface HostileSchema {
  readonly statements: readonly string[]
  readonly tables: readonly HostileTable[]
  readonly enums: readonly (readonly string[])[]
}

export interface HostileTable {
  readonly schema: string
  readonly name: string
  /** All of them int4 and not null. */
  readonly columns: readonly string[]
}

const WORDS: readonly string[] = (
  'DB Generated GeneratedAlways ReadOnly ColumnType Kysely Json Range Interval Int8 PgArray ' +
  'Date Array Record Promise Buffer string number any unknown never object symbol undefined ' +
  'class default export import type interface enum null this new await yield let of ' +
  '__proto__ constructor prototype toString hasOwnProperty valueOf keys profile brand Functions ' +
  'date db user users Users USERS user_s user-s users_type UsersTable UsersType users2 ChosenTypes'
).split(' ')

const PIECES: readonly string[] = [
  [
    '*/',
    '/*',
    '//',
    '`',
    '${0}',
    "'",
    '"',
    '\\',
    '\n',
    '\r',
    '\t',
    ';',
    '}',
    '{',
    '=>',
    '<',
    '>',
    '|',
    '\u2028',
    '\u2029',
  ],
  [
    '\u202e',
    '\u2066',
    '\u200d',
    '\u200b',
    '\ufeff',
    '\u0001',
    '\u007f',
    'é',
    'e\u0301',
    'ß',
    '表',
    '🐘',
    '𝒳',
    'ﬁ',
    'ı',
    '\u212a',
  ],
  ['1', '0', '_', '__', '$', '-', ' ', 'a', 'B', '@types', '#', '<!--', '-->', 'pwned', '*/ export const pwned = 1 /*'],
  [
    '"; export const pwned = 1; "',
    "'; export const pwned = 1; '",
    '\nexport const pwned = 1\n',
    '\\u000aexport const pwned = 1',
  ],
  ["import('kysely-pgwire/types').Range", "import('kysely').ColumnType<", 'Generated<', 'Json', 'PgArray<string>'],
].flat()

/** PostgreSQL cuts a name that has more. */
const MOST_BYTES = 63

export function hostileSchema(random: Random, size: number): HostileSchema {
  const named = (): string =>
    cut(random.between(1, 3) === 1 ? WORDS[random.between(0, WORDS.length - 1)]! : pieces(random, 4))
  const schemas = ['public', 'date', `"quoted" */ schema`]
  const statements = schemas.slice(1).map((schema) => `create schema ${quoted(schema)}`)
  const tables: HostileTable[] = []
  const enums: string[][] = []
  const taken = new Set<string>()
  for (const [index, word] of [...WORDS, ...Array.from({ length: size }, named)].entries()) {
    const schema = schemas[index % schemas.length]!
    if (taken.has(`${schema}.${word}`)) continue
    taken.add(`${schema}.${word}`)
    const own = [...new Set([`c${index}`, named(), named(), named()])]
    tables.push({ schema, name: word, columns: own })
    const table = `${quoted(schema)}.${quoted(word)}`
    const comment = literal(pieces(random, 8))
    statements.push(`create table ${table} (${own.map((column) => `${quoted(column)} int4 not null`).join(', ')})`)
    statements.push(
      `comment on table ${table} is ${comment}`,
      `comment on column ${table}.${quoted(own.at(-1)!)} is ${comment}`,
    )
    if (index % 4 !== 0) continue
    const labels = [...new Set([`l${index}`, named(), named(), ''])]
    enums.push(labels)
    const type = `${quoted(schema)}.${quoted(cut(`e ${word}`))}`
    statements.push(
      `create type ${type} as enum (${labels.map(literal).join(', ')})`,
      `comment on type ${type} is ${comment}`,
    )
    statements.push(`create domain ${quoted(schema)}.${quoted(cut(`d ${word}`))} as ${type}`)
    statements.push(
      `create type ${quoted(schema)}.${quoted(cut(`c ${word}`))} as (${own.map((field) => `${quoted(field)} ${type}`).join(', ')})`,
    )
    statements.push(
      `create function ${quoted(schema)}.${quoted(cut(`f ${word}`))}(${quoted(named())} ${type}) returns ${table} language sql return null::${table}`,
      `create table ${quoted(schema)}.${quoted(cut(`t ${word}`))} (e ${type}, d ${quoted(schema)}.${quoted(cut(`d ${word}`))}, c ${quoted(schema)}.${quoted(cut(`c ${word}`))})`,
    )
  }
  return { statements, tables, enums }
}

function pieces(random: Random, most: number): string {
  return Array.from({ length: random.between(1, most) }, () => PIECES[random.between(0, PIECES.length - 1)]!).join('')
}

function cut(text: string): string {
  let short = text
  while (Buffer.byteLength(short) > MOST_BYTES) short = Array.from(short).slice(0, -1).join('')
  return short
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function literal(text: string): string {
  return `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
}
