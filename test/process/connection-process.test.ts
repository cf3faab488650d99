/** What a whole process sees: it ends when it has nothing to do, and nothing that a connection suffers can end it earlier. */
import { describe, expect, test } from 'vitest'

import { type Ended, runScript } from '../integration/run-script.ts'
import { sharedServer } from '../support/shared-server.ts'

const server = sharedServer()

/** Runs a module whose text begins with our imports. */
function run(script: string, flags: readonly string[] = [], url: string = server.url): Promise<Ended> {
  const imports = `import { connect, createPool } from 'kysely-pgwire'; const url = process.env['DATABASE_URL'];`
  return runScript(`${imports} ${script}`, url, flags)
}

const clean = (stdout: string): Ended => ({ code: 0, stdout, stderr: '' })

describe('a process ends by itself', () => {
  test('behind a query of a pool that it does not close', async () => {
    const script = `const pool = createPool({ connection: url }); console.log((await pool.query('select 1 as one')).rows[0].one)`
    expect(await run(script)).toEqual(clean('1\n'))
  })

  test('behind a connection that it does not want to keep it alive', async () => {
    expect(
      await run(`const connection = await connect(url); connection.unref(); console.log(connection.idle)`),
    ).toEqual(clean('true\n'))
  })

  test('behind close(), with nothing left open', async () => {
    const script = `
      const connection = await connect(url)
      const pool = createPool({ connection: url, min: 2 })
      await Promise.all([connection.query('select 1'), pool.query('select 1'), pool.query('select 1')])
      await connection.close()
      await pool.close()
      const open = process.getActiveResourcesInfo().filter((name) => !name.startsWith('Pipe') && !name.startsWith('TTY'))
      console.log(JSON.stringify(open))`
    expect(await run(script)).toEqual(clean('[]\n'))
  })

  test('behind a stream that it left half read', async () => {
    const script = `
      const pool = createPool({ connection: url })
      const lease = await pool.acquire()
      for await (const batch of lease.connection.stream('select * from generate_series(1, 1000000)')) break
      lease.release()
      await pool.close()
      console.log('closed')`
    expect(await run(script)).toEqual(clean('closed\n'))
  })

  test('not in the middle of a query', async () => {
    const script = `const pool = createPool({ connection: url }); pool.query('select pg_sleep(0.3)').then(() => console.log('done'))`
    expect(await run(script)).toEqual(clean('done\n'))
  })
})

describe('a process survives', () => {
  test('the loss of connections that are idle, without a listener anywhere', async () => {
    const script = `
      const pool = createPool({ connection: url, max: 3 })
      const leases = await Promise.all([1, 2, 3].map(() => pool.acquire()))
      const pids = leases.map(({ connection }) => connection.processId)
      for (const lease of leases) lease.release()
      const other = await connect(url)
      await other.query('select pg_terminate_backend(pid, 5000) from unnest($1::int[]) pid', [pids])
      while (pool.stats.size > 0) await new Promise(setImmediate)
      console.log((await pool.query('select 1 as one')).rows[0].one)
      await other.close()`
    expect(await run(script)).toEqual(clean('1\n'))
  })

  test('a server that is not there', async () => {
    const script = `
      const pool = createPool({ connection: url })
      const results = await Promise.allSettled(Array.from({ length: 20 }, () => pool.query('select 1')))
      console.log(results.map((result) => result.reason.code).join())
      await pool.close()`
    const refused = Array.from({ length: 20 }, () => 'PGWIRE_CONNECT_FAILED').join()
    expect(await run(script, [], 'postgres://nobody@127.0.0.1:1/nothing')).toEqual(clean(`${refused}\n`))
  })

  test('the loss of its connection with queries, a stream and a cancel under way', async () => {
    const script = `
      const connection = await connect(url)
      const other = await connect(url)
      const stream = connection.stream('select * from generate_series(1, 1000000)')
      const results = [stream.next(), connection.query('select 1'), connection.query('select 2'), connection.execute('select 3')]
      const settled = Promise.allSettled(results)
      await stream.next().catch(() => {})
      connection.cancel()
      await other.query('select pg_terminate_backend($1, 5000)', [connection.processId])
      await settled
      await stream.next().catch(() => {})
      await other.close()
      await connection.close()
      console.log('settled')`
    expect(await run(script)).toEqual(clean('settled\n'))
  })
})

test('without code generation from strings everything works, by the interpreter', async () => {
  const script = `
    const connection = await connect(url)
    const { rows } = await connection.query("select i, i::text as text, '__proto__' as \\"__proto__\\" from generate_series(1, 500) i")
    const right = rows.length === 500 && rows.every((row, at) => row.i === at + 1 && Object.keys(row).join() === 'i,text,__proto__')
    let streamed = 0
    for await (const batch of connection.stream('select * from generate_series(1, 500) i')) streamed += batch.length
    await connection.close()
    console.log(right, streamed)`
  expect(await run(script, ['--disallow-code-generation-from-strings'])).toEqual(clean('true 500\n'))
})
