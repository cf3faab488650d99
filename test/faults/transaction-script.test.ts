/** Transactions on a server that refuses what a real one never would: BEGIN, ROLLBACK, or a question of the driver's own. */
import { Kysely } from 'kysely'
import { AbortedTransactionError, connect, createPool, PgwireDialect, type PostgresError } from 'kysely-pgwire'
import { describe, expect, onTestFinished, test } from 'vitest'

import {
  bindComplete,
  commandComplete,
  errorResponse,
  noData,
  parameterDescription,
  parseComplete,
  readyForQuery,
} from '../support/backend-messages.ts'
import { type ScriptedPeer, scriptedServer } from '../support/scripted-server.ts'

const reason = new Error('the first error')

/** Plays sessions in which whatever matches `refused` fails. Statements have neither parameters nor columns. */
async function refusing(refused: RegExp): Promise<{ url: string; sessions: readonly ScriptedPeer[] }> {
  const server = await scriptedServer(async (peer) => {
    await peer.login()
    const prepared = new Map<string, string>()
    let status: 'I' | 'T' | 'E' = 'I'
    let failed = false
    let bound = ''
    const run = (sql: string): Buffer => {
      if (refused.test(sql)) return fail()
      const [command = ''] = sql.toUpperCase().split(' ')
      const ending = command === 'COMMIT' || (command === 'ROLLBACK' && !sql.includes(' to '))
      const rolledBack = ending && status === 'E'
      if (command === 'BEGIN') status = 'T'
      else if (ending) status = 'I'
      return commandComplete(rolledBack ? 'ROLLBACK' : command)
    }
    const fail = (): Buffer => {
      failed = true
      if (status === 'T') status = 'E'
      return errorResponse({ S: 'ERROR', V: 'ERROR', C: '57014', M: 'refused' })
    }
    for (;;) {
      const message = await peer.message()
      if (message.type === 'sync') peer.send(readyForQuery(status))
      else if (message.type === 'query') peer.send(run(message.sql), readyForQuery(status))
      if (message.type === 'sync' || message.type === 'query') failed = false
      if (failed) continue
      if (message.type === 'parse') {
        prepared.set(message.statement, message.sql)
        peer.send(parseComplete())
      } else if (message.type === 'describe') peer.send(parameterDescription(), noData())
      else if (message.type === 'bind') {
        bound = prepared.get(message.statement) ?? ''
        peer.send(bindComplete())
      } else if (message.type === 'execute') peer.send(run(bound))
    }
  })
  onTestFinished(() => server.close())
  return { url: server.url, sessions: server.peers }
}

describe('a ROLLBACK that is refused', () => {
  test('ends the connection, and the error of the function is told', async () => {
    const { url } = await refusing(/^rollback/)
    const connection = await connect(url)
    const failed = connection.transaction(async (transaction) => {
      await transaction.query('insert')
      throw reason
    })
    await expect(failed).rejects.toBe(reason)
    expect(connection.closed).toBe(true)
  })

  test('costs a pool that connection, and the next one is another', async () => {
    const { url, sessions } = await refusing(/^rollback/)
    await using pool = createPool({ connection: url, max: 1 })
    const failed = pool.transaction(async () => {
      throw reason
    })
    await expect(failed).rejects.toBe(reason)
    await pool.query('select')
    expect(sessions.length).toBe(2)
    expect(pool.stats).toMatchObject({ size: 1, idle: 1 })
  })

  test('costs Kysely that connection too, and the error of its callback is told', async () => {
    const { url, sessions } = await refusing(/^rollback/)
    await using db = new Kysely<object>({ dialect: new PgwireDialect({ connection: url, pool: { max: 1 } }) })
    const failed = db.transaction().execute(async () => {
      throw reason
    })
    await expect(failed).rejects.toBe(reason)
    await db.transaction().execute(async () => {})
    expect(sessions.length).toBe(2)
  })

  test('of a nested transaction ends all of them', async () => {
    const { url } = await refusing(/^rollback to/)
    const connection = await connect(url)
    const failed = connection.transaction(async (outer) => {
      const nested = outer.transaction(async () => {
        throw reason
      })
      await expect(nested).rejects.toBe(reason)
      await expect(outer.query('select')).rejects.toMatchObject({ outcome: 'not-sent' })
      throw new Error('the last error')
    })
    await expect(failed).rejects.toThrow('the last error')
    expect(connection.closed).toBe(true)
  })
})

test('a thousand BEGINs that are refused cost no connection', async () => {
  const { url, sessions } = await refusing(/^begin/)
  await using pool = createPool({ connection: url, max: 2 })
  await using db = new Kysely<object>({ dialect: new PgwireDialect({ pool }) })
  for (let round = 0; round < 500; round++) {
    for (const begun of [pool.transaction(async () => {}), db.transaction().execute(async () => {})]) {
      await expect(begun).rejects.toMatchObject({ code: '57014', outcome: 'rolled-back' })
    }
  }
  await pool.query('select')
  expect(sessions.length).toBeLessThanOrEqual(2)
  expect(pool.stats).toMatchObject({ busy: 0, waiting: 0 })
})

test('a question of the driver’s own that is cancelled is the cause that the COMMIT tells', async () => {
  const { url } = await refusing(/pg_current_xact_id/)
  await using connection = await connect(url)
  const failed = connection.transaction(async (transaction) => {
    await transaction.query('select')
  })
  const error = await failed.catch((caught: unknown) => caught as AbortedTransactionError)
  expect(error).toBeInstanceOf(AbortedTransactionError)
  expect(error).toMatchObject({ outcome: 'rolled-back', cause: { code: '57014' } satisfies Partial<PostgresError> })
})
