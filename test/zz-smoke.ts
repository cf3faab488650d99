import { connect, createPool, PgwireDialect } from 'kysely-pgwire'
import { Kysely, sql } from 'kysely'
import { startTestServer } from './support/test-server.ts'
const t0 = performance.now()
const server = await startTestServer()
console.log('server', server.url, Math.round(performance.now() - t0), 'ms')
try {
  const c = await connect(server.url)
  console.log((await c.query('select 1+1 as two, $1::text as t, $2::int4[] as a, now() as n, $3::numeric as num', ['x', [1, 2, null], '1.50'])).rows)
  await c.query('drop type if exists mood'); await c.query("create type mood as enum ('sad','ok')")
  console.log(await c.query("select 'ok'::mood m, array['sad']::mood[] ms, row(1,'a') r, int4range(1,5) rg"))
  console.log((await c.query('select $1::mood as m', ['sad'])).rows)
  const many = await Promise.all(Array.from({ length: 5 }, (_, i) => c.query('select $1::int4 as i', [i])))
  console.log(many.map((r) => r.rows[0]))
  try { await c.query('select 1/0') } catch (e) { console.log((e as Error).stack) }
  try { await c.query('select $1::int4', [1.9]) } catch (e) { console.log((e as Error).stack) }
  let n = 0
  for await (const batch of c.stream('select * from generate_series(1,25) i', [], { batchRows: 10 })) n += batch.length
  console.log('streamed', n)
  const sleeping = c.query('select pg_sleep(10)'); sleeping.catch(() => {})
  await new Promise((r) => setTimeout(r, 50))
  const t = performance.now(); await c.cancel(); console.log('cancelled', performance.now() - t)
  await sleeping.catch((e) => console.log(e.code, e.outcome))
  await c.close()
  const db = new Kysely<any>({ dialect: new PgwireDialect({ connection: server.url, pool: { max: 3 } }) })
  await db.schema.createTable('p').addColumn('id', 'serial', (x) => x.primaryKey()).addColumn('n', 'text').execute()
  console.log(await db.insertInto('p').values([{ n: 'a' }, { n: 'b' }]).returningAll().execute())
  console.log(await db.updateTable('p').set({ n: 'c' }).executeTakeFirst())
  console.log(await db.introspection.getTables())
  await db.transaction().execute(async (trx) => { await trx.deleteFrom('p').execute(); throw new Error('x') }).catch((e) => console.log(e.message))
  for await (const row of db.selectFrom('p').selectAll().stream(1)) console.log(row)
  await db.destroy()
} finally { await server.stop() }
console.log('done', Math.round(performance.now() - t0))
