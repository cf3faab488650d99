import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

const HOST = '127.0.0.1'

/** A port on loopback on which nobody listens, and which is nobody else's meanwhile: whoever connects to it is refused. */
export interface HeldPort extends AsyncDisposable {
  readonly port: number
  release(): void
}

/**
 * Holds a port, or one that the system chooses, as the own end of a connection. The system gives such a port to nobody, be it
 * as a listener's or as a client's own; who names it can listen on it all the same, if nobody does.
 */
export async function holdPort(port = 0): Promise<HeldPort> {
  const server = createServer()
  server.listen(0, HOST)
  await once(server, 'listening')
  const { port: other } = server.address() as AddressInfo
  const holder = connect({ host: HOST, port: other, localAddress: HOST, localPort: port })
  try {
    const [[accepted]] = await Promise.all([once(server, 'connection') as Promise<[Socket]>, once(holder, 'connect')])
    for (const socket of [holder, accepted]) socket.on('error', () => {}).unref()
  } finally {
    server.close()
  }
  const release = (): void => {
    if (!holder.destroyed) holder.resetAndDestroy()
  }
  return { port: holder.localPort!, release, [Symbol.asyncDispose]: async () => release() }
}
