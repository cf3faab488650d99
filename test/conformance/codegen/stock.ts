/** kysely-codegen as it is, over our driver, which it does not know of. */
import * as stock from '../../../packages/codegen-preset/node_modules/kysely-codegen/dist/index.js'
import { openKysely } from './generated-types.ts'

export interface StockOptions {
  readonly camelCase?: boolean
  readonly singularize?: boolean
  readonly partitions?: boolean
  readonly defaultSchemas?: string[]
}

/** The file that it would write. */
export async function stockText(url: string, options: StockOptions = {}): Promise<string> {
  await using db = openKysely(url)
  return await stock.generate({
    db,
    dialect: new stock.PostgresDialect({ partitions: options.partitions ?? false }),
    outFile: null,
    ...options,
  })
}

/** The entries of `DB` in a file: the interface of each key. */
export function entriesOf(text: string): Map<string, string> {
  const body = /^export interface DB \{\n(?<body>.*?)^\}/ms.exec(text)?.groups?.['body'] ?? ''
  return new Map(
    [...body.matchAll(/^ {2}(?<key>"[^"]+"|[^\s:]+): (?<name>\w+);?$/gm)].map(({ groups }) => [
      groups!['key']!.replaceAll('"', ''),
      groups!['name']!,
    ]),
  )
}
