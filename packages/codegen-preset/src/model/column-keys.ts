/** What an option says of columns by `table.column` or `schema.table.column`. */
import type { CatalogName } from '../catalog/catalog.ts'
import { quoted } from '../catalog/type-name.ts'
import { GenerationError } from './generation-error.ts'

/** The parts of a column's name: with those of its schema, or for every schema. */
type Parts = readonly [table: string, column: string] | readonly [schema: string, table: string, column: string]

/**
 * Finds the key that is for a column. The parts of a key stand in it as they are, in whatever case, or in quotes as SQL has them. What
 * has dots of its own is found without quotes too, as long as nothing else could be meant.
 */
export class ColumnKeys {
  readonly #keys: ReadonlySet<string>
  /** By the parts of those that have quotes. */
  readonly #quoted: ReadonlyMap<string, string>
  /** What each key was found to mean. */
  readonly #meanings = new Map<string, string>()

  constructor(keys: Iterable<string>) {
    this.#keys = new Set(keys)
    this.#quoted = new Map(
      Array.from(this.#keys).flatMap((key) => {
        const parts = key.includes('"') ? partsOf(key) : undefined
        return parts === undefined ? [] : [[JSON.stringify(parts), key]]
      }),
    )
  }

  /** That with the schema goes first. Throws for a key that has been found to mean something else. */
  of({ schema, name }: CatalogName, column: string): string | undefined {
    const whole = this.#meaning([schema, name, column])
    const short = this.#meaning([name, column])
    return whole ?? short
  }

  /** One that no column had so far. */
  get unused(): string | undefined {
    return Array.from(this.#keys).find((key) => !this.#meanings.has(key))
  }

  #meaning(parts: Parts): string | undefined {
    const plain = parts.join('.')
    const found = [this.#quoted.get(JSON.stringify(parts)), this.#keys.has(plain) ? plain : undefined].filter(
      (key) => key !== undefined,
    )
    for (const key of found) this.#require(key, parts.map(quoted).join('.'))
    return found[0]
  }

  #require(key: string, meaning: string): void {
    const known = this.#meanings.get(key) ?? meaning
    this.#meanings.set(key, known)
    if (known === meaning) return
    throw new GenerationError(`The column ${key} can be ${known} or ${meaning}. Write what is meant with its quotes`)
  }
}

const PART = /(?:"(?<inner>(?:[^"]|"")+)"|(?<plain>[^".]+))(?:\.|$)/gy

/** Undefined for what is not two or three parts. */
function partsOf(key: string): readonly string[] | undefined {
  const found = [...key.matchAll(PART)]
  const parts = found.map(({ groups }) => groups?.['inner']?.replaceAll('""', '"') ?? groups?.['plain'] ?? '')
  const whole = found.map(([text]) => text).join('') === key && !key.endsWith('.')
  return whole && (parts.length === 2 || parts.length === 3) ? parts : undefined
}
