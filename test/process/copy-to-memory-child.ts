/**
 * Copies out to a consumer that is slower than the server, and reports how far resident memory rose above where it stood
 * before. Arguments: as bytes or rows, megabytes to copy before measuring, megabytes to copy then.
 */
import { setTimeout } from 'node:timers/promises'

import { connect, type Connection } from 'kysely-pgwire'

const [how = '', warmUp, megabytes] = process.argv.slice(2)

const ROW_BYTES = 1_000
/** As many as a piece of bytes has. */
const ROWS_AT_A_TIME = 64
const query = `select n, repeat('x', ${ROW_BYTES}) as filling from (select generate_series(1, $1::int4) as n) numbers`

async function copy(connection: Connection, rows: number): Promise<{ seen: number; peak: number }> {
  const origin = { query, parameters: [rows] }
  let seen = 0
  let peak = 0
  const slowly = async (): Promise<void> => {
    peak = Math.max(peak, process.memoryUsage.rss())
    await setTimeout(1)
  }
  if (how === 'rows') {
    for await (const batch of connection.copyTo<{ n: number }>(origin, { format: 'rows' })) {
      for (const { n } of batch) {
        if (n !== ++seen) throw new Error(`row ${seen} is wrong`)
        if (n % ROWS_AT_A_TIME === 0) await slowly()
      }
    }
  } else {
    const stream = connection.copyTo(origin)
    for await (const _ of stream) await slowly()
    seen = stream.rowCount ?? 0
  }
  return { seen, peak }
}

await using connection = await connect(process.env['DATABASE_URL'])
await copy(connection, (Number(warmUp) * 1_000_000) / ROW_BYTES)
const before = process.memoryUsage.rss()
const { seen, peak } = await copy(connection, (Number(megabytes) * 1_000_000) / ROW_BYTES)
process.stdout.write(JSON.stringify({ seen, grownBytes: peak - before }))
