/**
 * Streams rows in batches of 1,000 and reports how far resident memory rose above where it stood before.
 * Arguments: how to stream, rows to stream before measuring, rows to stream then.
 */
import { Kysely, sql } from 'kysely'
import { connect, PgwireDialect } from 'kysely-pgwire'

interface Row {
  readonly n: number
  readonly label: string
}

const [how = '', warmUpRows, rows] = process.argv.slice(2)
const connection = process.env['DATABASE_URL']
const BATCH_ROWS = 1_000

type Visit = (row: Row) => void

async function throughDriver(limit: number, visit: Visit): Promise<void> {
  const text = `select n, 'row number ' || n as label from generate_series(1, ${limit}) n`
  await using driver = await connect(connection)
  for await (const batch of driver.stream<Row>(text, [], { batchRows: BATCH_ROWS })) batch.forEach(visit)
}

async function throughKysely(limit: number, visit: Visit): Promise<void> {
  await using db = new Kysely<object>({ dialect: new PgwireDialect({ connection }) })
  const numbers = db
    .selectFrom(sql<{ n: number }>`generate_series(1, ${sql.lit(limit)})`.as('n'))
    .select([sql<number>`n`.as('n'), sql<string>`'row number ' || n`.as('label')])
  const { signal } = new AbortController()
  const options = how === 'abortable' ? { chunkSize: BATCH_ROWS, signal } : BATCH_ROWS
  for await (const row of numbers.stream(options)) visit(row)
}

async function stream(limit: number): Promise<{ seen: number; peak: number }> {
  let seen = 0
  let peak = 0
  const through = how === 'driver' ? throughDriver : throughKysely
  await through(limit, (row) => {
    if (row.label !== `row number ${row.n}`) throw new Error(`row ${seen} is wrong`)
    if (++seen % BATCH_ROWS === 0) peak = Math.max(peak, process.memoryUsage.rss())
  })
  return { seen, peak }
}

await stream(Number(warmUpRows))
const before = process.memoryUsage.rss()
const { seen, peak } = await stream(Number(rows))
process.stdout.write(JSON.stringify({ seen, grownBytes: peak - before }))
