/** `executeMany` that waits for somebody else's lock, with more rows than the server takes meanwhile; and over TLS. */
import { connect } from 'kysely-pgwire'
import { expect, test } from 'vitest'

import { makeCertificates } from '../support/postgres/certificates.ts'
import { startPrivateServer } from '../support/test-server.ts'
import { ledger } from './ledger.ts'

const facts = ledger()

test('aborted while it waits for a lock, with 4 MB on their way, it has no effect, and the connection serves', async () => {
  await using holder = await facts.connect()
  await using connection = await facts.connect()
  await holder.execute('create table locked as select 0 as id, null::text as text')
  await holder.execute('begin; select * from locked for update')
  for (const kind of ['sync', 'async']) {
    const controller = new AbortController()
    const rows = Array.from({ length: 128 }, (_, n) => [n, 'x'.repeat(32_768)])
    const source =
      kind === 'sync'
        ? rows
        : (async function* () {
            yield* rows
          })()
    const updated = connection.executeMany('update locked set id = $1, text = $2 where id = 0', source, {
      signal: controller.signal,
    })
    const rejected = expect(updated).rejects.toThrow('enough')
    const waits = `select wait_event_type from pg_stat_activity where pid = ${connection.processId}`
    await expect.poll(() => facts.query(waits)).toEqual([{ wait_event_type: 'Lock' }])
    controller.abort(new Error('enough'))
    await rejected
    expect(await connection.fetchValue('select 1')).toBe(1)
    expect(connection.transactionStatus).toBe('I')
  }
  await holder.execute('rollback')
  expect(await holder.fetch('select * from locked')).toEqual([{ id: 0, text: null }])
})

test('over TLS every row arrives, be they more than one record takes', async () => {
  const certificates = await makeCertificates()
  const hba = ['hostssl all all 127.0.0.1/32 scram-sha-256', 'local all all trust']
  await using server = await startPrivateServer({ certificate: 'server', hba })
  const { host, port, user, password, database } = server
  await using connection = await connect({ host, port, user, password, database, tls: { ca: certificates.authority } })
  await connection.execute('create table item (n int, text text)')
  const rows = Array.from({ length: 100 }, (_, n) => [n + 1, 'ä'.repeat(n * 500)])
  expect((await connection.executeMany('insert into item values ($1, $2)', rows)).rowCount).toBe(100)
  expect(await connection.fetchRow('select sum(n)::int as n, sum(length(text))::int as text from item')).toEqual({
    n: 5_050,
    text: 500 * 4_950,
  })
})
