import { connect, createPool, type Notice, UsageError } from 'kysely-pgwire'
import { describe, expect, test } from 'vitest'

import { ledger } from './ledger.ts'

const facts = ledger()
const raise = (level: string, text: string, using = '') =>
  `do $$ begin raise ${level} '${text}' ${using === '' ? '' : `using ${using}`}; end $$`

describe('a notice', () => {
  test('comes as a plain object, in order, before its statement is answered', async () => {
    await using connection = await facts.connect()
    const heard: Notice[] = []
    connection.onNotice((notice) => heard.push(notice))
    await connection.query(raise('notice', 'one', `errcode = '01ABC', detail = 'more', hint = 'less'`))
    expect(heard).toMatchObject([{ severity: 'NOTICE', message: 'one', code: '01ABC', detail: 'more', hint: 'less' }])
    expect(heard[0]).not.toBeInstanceOf(Error)
    expect(Object.values(heard[0] ?? {})).not.toContain(undefined)
    expect(JSON.parse(JSON.stringify(heard[0]))).toEqual(heard[0])
    await connection.execute(`${raise('warning', 'two')}; ${raise('notice', 'three')}`)
    expect(heard.map(({ severity, message }) => [severity, message])).toEqual([
      ['NOTICE', 'one'],
      ['WARNING', 'two'],
      ['NOTICE', 'three'],
    ])
  })

  test('is none where a statement fails', async () => {
    await using connection = await facts.connect()
    const heard: Notice[] = []
    connection.onNotice((notice) => heard.push(notice))
    await connection.query('select 1 / 0').catch(() => {})
    expect(heard).toEqual([])
  })

  test('hurts nobody when its listener throws or rejects', async () => {
    await using connection = await facts.connect()
    const warnings: Error[] = []
    const warned = (warning: Error) => void warnings.push(warning)
    process.on('warning', warned)
    const heard: string[] = []
    connection.onNotice(() => {
      throw new Error('thrown')
    })
    connection.onNotice(async () => {
      throw new Error('rejected')
    })
    connection.onNotice((notice) => heard.push(notice.message))
    await connection.query(raise('notice', 'one'))
    expect(await connection.fetchValue('select 1')).toBe(1)
    expect(heard).toEqual(['one'])
    await new Promise((resolve) => setImmediate(resolve))
    process.off('warning', warned)
    expect(warnings.map(({ message }) => message)).toEqual(['thrown', 'rejected'])
  })

  test('is heard no more once its listener is removed', async () => {
    await using connection = await facts.connect()
    const heard: string[] = []
    const stop = connection.onNotice((notice) => heard.push(notice.message))
    await connection.query(raise('notice', 'one'))
    stop()
    stop()
    await connection.query(raise('notice', 'two'))
    expect(heard).toEqual(['one'])
  })

  test('is told to the option of a connection and of a pool', async () => {
    const heard: string[] = []
    const onNotice = (notice: Notice) => void heard.push(notice.message)
    await using connection = await connect(facts.url, { onNotice })
    await using pool = createPool({ connection: facts.url, onNotice })
    await connection.query(raise('notice', 'of the connection'))
    await pool.query(raise('notice', 'of the pool'))
    expect(heard).toEqual(['of the connection', 'of the pool'])
  })
})

test('the version is that of the server', async () => {
  await using connection = await facts.connect()
  const number = Number(await connection.fetchValue(`select current_setting('server_version_num')`))
  const { major, minor } = connection.serverVersion
  expect([major, minor]).toEqual([Math.floor(number / 10_000), number % 10_000])
})

describe('a reset', () => {
  test('leaves nothing of what a session can hold', async () => {
    await using connection = await facts.connect()
    await facts.query('create role somebody').catch(() => {})
    await connection.execute(`
      set statement_timeout = '1h'; set role somebody; listen elsewhere; prepare mine as select 1;
      create temporary table mine (n int); select pg_advisory_lock(7); set application_name = 'dirty';
      declare hold cursor with hold for select 1`)
    await connection.listen('here', () => {})
    await connection.query('select 1 as one')
    await connection.query('begin')
    await connection.reset()
    expect(connection.transactionStatus).toBe('I')
    expect(connection.listening).toBe(false)
    expect(
      await connection.fetchRow(
        `select current_setting('statement_timeout') as timeout, current_user = session_user as self,
          (select count(*)::int4 from pg_listening_channels()) as channels, to_regclass('mine') as mine,
          (select count(*)::int4 from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()) as locks,
          (select count(*)::int4 from pg_cursors where name = 'hold') as cursors,
          current_setting('application_name') as application`,
      ),
    ).toEqual({
      timeout: '0',
      self: true,
      channels: 0,
      mine: null,
      locks: 0,
      cursors: 0,
      application: expect.not.stringContaining('dirty'),
    })
    // What was prepared is still good.
    expect(await connection.query('select 1 as one')).toMatchObject({ rows: [{ one: 1 }] })
  })

  test('ends a transaction that has failed', async () => {
    await using connection = await facts.connect()
    await connection.query('begin')
    await connection.query('select 1 / 0').catch(() => {})
    await connection.reset()
    expect(await connection.fetchValue('select 1')).toBe(1)
  })

  test('waits for what runs', async () => {
    await using connection = await facts.connect()
    const order: string[] = []
    const slow = connection.query('select pg_sleep(0.05)').then(() => order.push('slow'))
    await connection.reset().then(() => order.push('reset'))
    await slow
    expect(order).toEqual(['slow', 'reset'])
  })

  test('is refused while the function of a transaction runs', async () => {
    await using connection = await facts.connect()
    await connection.transaction(async (transaction) => {
      await expect(connection.reset()).rejects.toThrow(UsageError)
      expect(await transaction.fetchValue('select 1')).toBe(1)
    })
  })
})
