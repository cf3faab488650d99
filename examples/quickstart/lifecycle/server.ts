/** The only file here that an application does not need: it has a server already. */

export interface Server extends AsyncDisposable {
  readonly url: string
  /** Where it is, without its password. */
  readonly description: string
  /** Whether it was there before, and will be there afterwards. */
  readonly given: boolean
}

/** The server of `DATABASE_URL`, or an embedded one, which is gone at the end of an `await using` block. */
export async function findServer(): Promise<Server> {
  const url = process.env['DATABASE_URL']
  if (url !== undefined && url !== '') {
    return { url, description: 'the server of DATABASE_URL', given: true, [Symbol.asyncDispose]: async () => {} }
  }
  const { startPrivateServer } = await import('../../../test/support/test-server.ts')
  const server = await startPrivateServer()
  return {
    url: server.url,
    description: `embedded PostgreSQL ${server.majorVersion} on 127.0.0.1:${server.port}`,
    given: false,
    [Symbol.asyncDispose]: () => server.remove(),
  }
}
