/** Streams a million rows through Kysely and reports how far resident memory rose above where it stood before. */
import { Kysely, sql } from 'kysely'
import { PgwireDialect } from 'kysely-pgwire'

const rows = Number(process.argv[2])
const db = new Kysely<object>({ dialect: new PgwireDialect({ connection: process.env['DATABASE_URL'] }) })

async function stream(limit: number): Promise<{ seen: number; peak: number }> {
  const numbers = db
    .selectFrom(sql<{ n: number; label: string }>`generate_series(1, ${sql.lit(limit)})`.as('n'))
    .select([sql<number>`n`.as('n'), sql<string>`'row number ' || n`.as('label')])
  let seen = 0
  let peak = 0
  for await (const row of numbers.stream(1_000)) {
    if (row.label !== `row number ${row.n}`) throw new Error(`row ${seen} is wrong`)
    if (++seen % 1_000 === 0) peak = Math.max(peak, process.memoryUsage.rss())
  }
  return { seen, peak }
}

// The first rows pay for compiled code and for the heap's normal working size.
await stream(100_000)
globalThis.gc?.()
const before = process.memoryUsage.rss()
const { seen, peak } = await stream(rows)
await db.destroy()
process.stdout.write(JSON.stringify({ seen, grownBytes: peak - before }))
