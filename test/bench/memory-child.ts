/**
 * Copies in its own process and reports how far resident memory rose above where it stood after a little of the same.
 * Arguments: the server's URL, what to copy, how many megabytes.
 */
import { setTimeout as sleep } from 'node:timers/promises'

import { connect, type Connection } from 'kysely-pgwire'

const [url = '', how = '', megabytes = ''] = process.argv.slice(2)
const ROW_CHARS = 1_000
const WARM_UP_BYTES = 32e6
const TABLE = 'copied'

interface CopiedRow {
  readonly id: number
  readonly data: string
}

/** About 100 MB a second: a fifth of what the server could do. */
const PAUSE_EVERY_BYTES = 1e6
const PAUSE_MS = 10

type Copy = (connection: Connection, bytes: number) => Promise<number>

const query = (bytes: number): string =>
  `select n as id, repeat('x', ${ROW_CHARS}) as data from generate_series(1, ${bytes / ROW_CHARS}) as n`

async function consumeSlowly(sizes: AsyncIterable<number>): Promise<number> {
  let total = 0
  let awake = 0
  for await (const bytes of sizes) {
    total += bytes
    awake += bytes
    peak = Math.max(peak, process.memoryUsage.rss())
    if (awake < PAUSE_EVERY_BYTES) continue
    awake = 0
    await sleep(PAUSE_MS)
  }
  return total
}

async function* sizesOf<Item>(items: AsyncIterable<Item>, size: (item: Item) => number): AsyncGenerator<number> {
  for await (const item of items) yield size(item)
}

/** Never has the copy wait for more. */
function* produce<Item>(items: number, item: (n: number) => Item): Generator<Item> {
  for (let n = 0; n < items; n++) {
    if (n % 64 === 0) peak = Math.max(peak, process.memoryUsage.rss())
    yield item(n)
  }
}

const copies: Readonly<Record<string, Copy>> = {
  'out-bytes': (connection, bytes) =>
    consumeSlowly(sizesOf(connection.copyTo({ query: query(bytes) }), (chunk) => chunk.length)),
  'out-rows': (connection, bytes) =>
    consumeSlowly(
      sizesOf(connection.copyTo<CopiedRow>({ query: query(bytes) }, { format: 'rows' }), (rows) =>
        rows.reduce((sum, { data }) => sum + data.length, 0),
      ),
    ),
  'in-bytes': async (connection, bytes) => {
    const block = Buffer.from(`7\t${'x'.repeat(ROW_CHARS)}\n`.repeat(64))
    const blocks = produce(bytes / (64 * ROW_CHARS), () => block)
    const { rowCount } = await connection.copyFrom(TABLE, blocks, { format: 'text' })
    return rowCount * ROW_CHARS
  },
  'in-rows': async (connection, bytes) => {
    const data = 'x'.repeat(ROW_CHARS)
    const { rowCount } = await connection.copyFrom(
      TABLE,
      produce(bytes / ROW_CHARS, (id) => ({ id, data })),
    )
    return rowCount * ROW_CHARS
  },
}

let peak = 0
const copy = copies[how]
if (copy === undefined) throw new Error(`Unknown copy ${how}`)
await using connection = await connect(url)
await connection.execute(`drop table if exists ${TABLE}; create unlogged table ${TABLE} (id int4, data text)`)
await copy(connection, WARM_UP_BYTES)
await connection.execute(`truncate ${TABLE}`)
const before = process.memoryUsage.rss()
peak = before
const copiedBytes = await copy(connection, Number(megabytes) * 1e6)
process.stdout.write(JSON.stringify({ copiedBytes, grownBytes: peak - before }))
