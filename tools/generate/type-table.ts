/** Writes the README's table of types from the codec table: what a type is in TypeScript, and how its values travel. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { scalarCodecs } from '../../packages/dialect/src/types/built-in.ts'
import { BINARY, type Codec } from '../../packages/dialect/src/types/codec.ts'
import { extensionCodecs } from '../../packages/dialect/src/types/extensions.ts'

export const target: string = join(import.meta.dirname, '../../README.md')

const BEGIN = '<!-- The table of types is written by tools/generate/type-table.ts. -->'
const END = '<!-- End of the table of types. -->'

/** The README with its table as the codecs say. */
export function withTypeTable(readme: string): string {
  const begin = readme.indexOf(BEGIN)
  const end = readme.indexOf(END)
  if (begin === -1 || end < begin) throw new Error('README.md has no place for the table of types')
  return `${readme.slice(0, begin + BEGIN.length)}\n\n${typeTable()}\n\n${readme.slice(end)}`
}

function typeTable(): string {
  return [
    '| PostgreSQL | you get | you may give, beside its text | on the wire |',
    '|---|---|---|---|',
    ...rows(scalarCodecs, ''),
    ...rows(extensionCodecs, 'extensions: '),
  ].join('\n')
}

/** One row for all types that are the same in every column. */
function rows(codecs: readonly Codec[], prefix: string): string[] {
  const names = new Map<string, string[]>()
  for (const codec of codecs) {
    const cells = `${type(codec.typescript.select)} | ${given(codec)} | ${codec.format === BINARY ? 'binary' : 'text'}`
    names.set(cells, [...(names.get(cells) ?? []), codec.name === 'char' ? '"char"' : codec.name])
  }
  return Array.from(names, ([cells, types]) => `| ${prefix}${types.join(', ')} | ${cells} |`)
}

/** What may be given, without the string that every type takes. */
function given({ typescript }: Codec): string {
  const others = topLevelUnion(typescript.insert).filter((member) => member !== 'string' && member !== 'never')
  return others.length === 0 ? '' : type(others.join(' | '))
}

function topLevelUnion(source: string): string[] {
  const members: string[] = ['']
  let depth = 0
  for (const character of source) {
    if ('([{<'.includes(character)) depth++
    else if (')]}>'.includes(character)) depth--
    if (character === '|' && depth === 0) members.push('')
    else members[members.length - 1] += character
  }
  return members.map((member) => member.trim())
}

/** What the flavours are that only matter in JSON. */
const PLAIN: Readonly<Record<string, string>> = {
  Float: 'number',
  Geometry: 'Uint8Array',
  Infinite: 'number',
  Oid: 'number',
  Vector: 'number[]',
}

function type(source: string): string {
  const short = source
    .replaceAll(/import\('kysely-pgwire\/types'\)\.(\w+)/g, (_, name: string) => PLAIN[name] ?? name)
    .replaceAll('|', '\\|')
  return short.includes('`') ? `\`\` ${short} \`\`` : `\`${short}\``
}

if (import.meta.main) await writeFile(target, withTypeTable(await readFile(target, 'utf8')))
