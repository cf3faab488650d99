/**
 * Copies from a producer that is faster than any server, and reports how far resident memory rose above where it stood
 * before. Arguments: what to copy, megabytes to copy before measuring, megabytes to copy then.
 */
import { connect, type CopyBytes, type CopyRows } from 'kysely-pgwire'

const [what = '', warmUpMegabytes, megabytes] = process.argv.slice(2)
const MEGABYTE = 1_048_576
const LABEL = 'x'.repeat(80)
/** As `text` has it, with the newline. */
const LINE = `1\t${LABEL}\n`

await using connection = await connect(process.env['DATABASE_URL'])
await connection.execute('create temp table t (n int4, label text)')

let peak = 0

/** The source itself looks, so that nothing is missed that piles up behind it. */
function look(): void {
  peak = Math.max(peak, process.memoryUsage.rss())
}

function* rows(bytes: number): Generator<{ n: number; label: string }> {
  for (let n = 0; n * LINE.length < bytes; n++) {
    if (n % 10_000 === 0) look()
    yield { n, label: LABEL }
  }
}

async function* rowsLater(bytes: number): AsyncGenerator<{ n: number; label: string }> {
  yield* rows(bytes)
}

function pieces(bytes: number): ReadableStream<Uint8Array> {
  const piece = Buffer.from(LINE.repeat(700))
  let given = 0
  return new ReadableStream({
    pull(controller) {
      look()
      controller.enqueue(piece)
      given += piece.length
      if (given >= bytes) controller.close()
    },
  })
}

const sources: Readonly<Record<string, (bytes: number) => CopyRows | CopyBytes>> = {
  rows,
  'rows later': rowsLater,
  bytes: pieces,
}

async function copy(bytes: number): Promise<number> {
  // The condition keeps the table empty: the server has to read everything, and nothing fills its disk.
  const options = { where: 'n < -1' }
  let copied = 0
  const onProgress = (progress: { bytes: number }): void => {
    copied = progress.bytes
  }
  await connection.copyFrom('t', sources[what]!(bytes), { ...options, onProgress })
  return copied
}

await copy(Number(warmUpMegabytes) * MEGABYTE)
const before = process.memoryUsage.rss()
peak = before
const copied = await copy(Number(megabytes) * MEGABYTE)
look()
process.stdout.write(JSON.stringify({ copied, grownBytes: peak - before }))
