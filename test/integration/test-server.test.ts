import { expect, test } from 'vitest'

import { sharedServer } from '../support/shared-server.ts'
import { startPrivateServer } from '../support/test-server.ts'

const server = sharedServer()

test('the shared server runs the major version that was asked for', async () => {
  const [row] = await server.query(`select current_setting('server_version_num')::int / 10000 as major`)
  expect(row).toEqual({ major: server.majorVersion })
})

test('a database of a test is empty, reachable by its URL, and gone after its block', async () => {
  let name: string
  {
    await using database = await server.createDatabase()
    name = database.name
    expect(database.url).toContain(`/${name}`)
    await expect(server.query('select current_database() as name', [], name)).resolves.toEqual([{ name }])
  }
  await expect(server.query('select 1 from pg_database where datname = $1', [name])).resolves.toEqual([])
})

test('a private server comes back on its port with its data after each way of stopping it', async () => {
  await using own = await startPrivateServer()
  await own.query('create table kept (id int)')
  await own.query('checkpoint')
  for (const mode of ['smart', 'fast', 'immediate', 'crash'] as const) {
    await own.stop(mode)
    expect(own.postmasterPid).toBeUndefined()
    await own.start()
    await expect(own.query('select count(*)::int as count from kept')).resolves.toEqual([{ count: 0 }])
  }
})

test('a killed backend is noticed by the server, which lives on', async () => {
  await using own = await startPrivateServer()
  const crashed = own.log.waitFor(/was terminated by signal 9/)
  const ready = own.log.waitFor(/ready to accept connections/)
  const sleeping = own.query('select pg_sleep(60)')
  const refused = expect(sleeping).rejects.toThrow()
  await expect.poll(() => own.backends()).toHaveLength(1)
  for (const pid of await own.backends()) own.signalBackend(pid, 'SIGKILL')
  await refused
  await crashed
  await ready
  await expect(own.query('select 1 as one')).resolves.toEqual([{ one: 1 }])
})

test('terminated backends are gone when the call resolves', async () => {
  await using own = await startPrivateServer()
  const refused = expect(own.query('select pg_sleep(60)')).rejects.toMatchObject({ code: '57P01' })
  await expect.poll(() => own.backends()).toHaveLength(1)
  await own.terminate(...(await own.backends()))
  await refused
  await expect(own.backends()).resolves.toEqual([])
})

test('a new pg_hba.conf and certificate hold for the next connection', async () => {
  await using own = await startPrivateServer({ settings: { work_mem: '5MB' } })
  await expect(own.query('show work_mem')).resolves.toEqual([{ work_mem: '5MB' }])
  await expect(own.query('show ssl')).resolves.toEqual([{ ssl: 'off' }])
  await own.reconfigure({ certificate: 'server', hba: ['local all all trust', 'host all all 127.0.0.1/32 reject'] })
  await expect(own.query('show ssl')).resolves.toEqual([{ ssl: 'on' }])
  await expect(own.query('select type from pg_hba_file_rules')).resolves.toEqual([{ type: 'local' }, { type: 'host' }])
})
