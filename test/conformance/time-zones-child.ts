/** Runs what it is told on its standard input in the time zone of its environment, and prints what the values look like. */
import { text } from 'node:stream/consumers'
import { inspect } from 'node:util'

import { connect } from '../../packages/dialect/src/client/connect.ts'

export interface Assignment {
  readonly url: string
  /** The TimeZone of the session. */
  readonly timeZone: string
  readonly trials: readonly Trial[]
}

export interface Trial {
  /** An expression. */
  readonly sql: string
  readonly type: string
  /** Whether its value is sent back to the server. */
  readonly sent: boolean
}

const { url, timeZone, trials } = JSON.parse(await text(process.stdin)) as Assignment
await using connection = await connect(url)
await connection.query("select set_config('TimeZone', $1, false)", [timeZone])

const seen = await Promise.all(
  trials.map(async ({ sql, type, sent }) => {
    const { rows } = await connection.query<{ value: unknown }>(`select ${sql} as value`)
    const { value } = rows[0]!
    if (!sent) return inspect(value, { depth: 9 })
    const back = await connection.query(`select $1::${type} as value, $1::${type}::text = (${sql})::text as same`, [
      value,
    ])
    return inspect([value, back.rows], { depth: 9 })
  }),
)
process.stdout.write(JSON.stringify(seen))
