import pg from 'pg'
import { expect, test } from 'vitest'

import { sharedServer } from '../support/shared-server.ts'

const server = sharedServer()

test('the container serves the database and the user that its environment names', async () => {
  const rows = await server.query('select current_user as user, current_database() as database')
  expect(rows).toEqual([{ user: server.user, database: server.database }])
})

test('a wrong password is refused', async () => {
  const client = new pg.Client({ connectionString: server.urlOf({ password: 'wrong' }) })
  await expect(client.connect()).rejects.toMatchObject({ code: '28P01' })
})

test('a database made in the container is reachable by its URL', async () => {
  await using database = await server.createDatabase()
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  const { rows } = await client.query<{ name: string }>('select current_database() as name')
  await client.end()
  expect(rows).toEqual([{ name: database.name }])
})
