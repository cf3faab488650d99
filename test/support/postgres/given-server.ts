import pg from 'pg'

import type { ServerAddress } from './administration.ts'

/** Connects to the server of a URL and reads off what the tests need to know of it. */
export async function addressOfUrl(url: string): Promise<ServerAddress> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ version: string }>(`select current_setting('server_version_num') as version`)
    const { host, port, user = '', database = '' } = client
    const password = decodeURIComponent(new URL(url).password)
    const socket = host.startsWith('/') ? { socketDirectory: host } : {}
    return {
      host,
      port,
      user,
      password,
      database,
      url,
      ...socket,
      majorVersion: Math.trunc(Number(rows[0]?.version) / 10_000),
    }
  } finally {
    await client.end()
  }
}
