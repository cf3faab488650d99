/** A process that listens: it stays while it does, unless it does not want to, and ends when it no longer does. */
import { describe, expect, test } from 'vitest'

import { poolFixture } from '../integration/pool-fixture.ts'
import { runScript } from '../integration/run-script.ts'

const fixture = poolFixture()

async function output(script: string): Promise<string> {
  const imports = `import { connect, createPool, listen } from 'kysely-pgwire'; const url = process.env['DATABASE_URL'];`
  const { code, stdout, stderr } = await runScript(`${imports} ${script}`, fixture.url)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout.trim()
}

/** What keeps a process alive. */
const OPEN = `process.getActiveResourcesInfo().filter((name) => !name.startsWith('Pipe') && !name.startsWith('TTY')).join()`

test('a process that listens stays, for nothing else', async () => {
  const script = `
    const listener = await listen(url, 'a', { onNotification: ({ payload }) => {
      console.log(payload)
      listener.close()
    } })
    const other = await connect(url)
    other.unref()
    void other.query("select pg_sleep(0.3), pg_notify('a', 'heard')")`
  expect(await output(script)).toBe('heard')
})

describe('a process ends by itself', () => {
  test('behind close(), break and abort, with nothing left open', async () => {
    const script = `
      const controller = new AbortController()
      const closed = await listen(url, 'a')
      const left = await listen(url, 'a')
      const aborted = await listen(url, 'a', { signal: controller.signal })
      const other = await connect(url)
      await other.notify('a')
      for await (const event of left) break
      await closed.close()
      controller.abort()
      await aborted.close()
      await other.close()
      console.log('open:' + ${OPEN})`
    expect(await output(script)).toBe('open:')
  })

  test('behind close() of the pool, with listeners open and one being opened', async () => {
    const script = `
      const pool = createPool({ connection: url })
      const listener = await listen(pool, 'a')
      const pending = listener.next()
      const opening = listen(pool, 'b').catch((error) => error.name)
      await pool.close()
      console.log((await pending).done, await opening)`
    expect(await output(script)).toBe('true PoolClosedError')
  })

  test('although it listens, when the listener does not keep it', async () => {
    const script = `
      const listener = await listen(url, 'a')
      listener.unref()
      void listener.next()
      console.log('listening')`
    expect(await output(script)).toBe('listening')
  })

  test('although such a listener is between two connections', async () => {
    await using database = await fixture.server.createDatabase()
    const script = `
      const errors = []
      const onError = (error) => errors.push(error.code)
      const listener = await listen('${database.url}', 'a', { maxReconnectDelayMs: 2_147_483_647, onError })
      listener.unref()
      const other = await connect(url)
      await other.execute('alter database ${database.name} with allow_connections false')
      await other.query('select pg_terminate_backend($1, 5000)', [listener.processId])
      while (errors.length < 3) await other.query('select 1')
      await other.close()
      console.log(errors.slice(0, 3).join())`
    expect(await output(script)).toBe('55000,55000,55000')
  })
})

test('a process survives a callback that throws or rejects and the loss of the connection, with nobody to tell', async () => {
  const script = `
    const other = await connect(url)
    const listener = await listen(url, 'a', { onNotification: ({ payload }) => {
      if (payload === 'throws') throw new Error('thrown')
      if (payload === 'rejects') return Promise.reject(new Error('rejected'))
      console.log(payload)
      void listener.close()
      void other.close()
    }, onGap: () => Promise.reject(new Error('rejected')) })
    for (const payload of ['throws', 'rejects']) await other.notify('a', payload)
    await listener.add('b')
    await other.query('select pg_terminate_backend($1, 5000)', [listener.processId])
    await listener.add('c')
    await other.notify('a', 'survived')`
  expect(await output(script)).toBe('survived')
})
