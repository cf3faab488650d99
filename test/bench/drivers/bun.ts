/** Bun's native SQL client. Runs under the bun binary; the types name only what is used here. */
import type { Workload } from '../workload.ts'
import { openMany, spreadLanes, type BenchDriver, type BenchSession, type Row } from './bench-driver.ts'

interface BunSql {
  unsafe(text: string, parameters: readonly unknown[]): PromiseLike<readonly Row[]>
  connect(): Promise<unknown>
  close(): Promise<void>
}

interface BunRuntime {
  readonly version: string
  readonly SQL: new (options: { readonly url: string; readonly max: number }) => BunSql
}

const { Bun } = globalThis as unknown as { readonly Bun: BunRuntime }

export const driver: BenchDriver = {
  version: Bun.version,
  async open(url: string, { sql, connections, pooled, inFlight }: Workload): Promise<BenchSession> {
    const pools = pooled ? 1 : connections
    const clients = await openMany(pools, async () => {
      const client = new Bun.SQL({ url, max: connections / pools })
      await client.connect()
      return client
    })
    return {
      lanes: spreadLanes(clients, inFlight, (client) => (parameters) => client.unsafe(sql, parameters)),
      rowsOf: (result) => result as readonly Row[],
      close: async () => {
        await Promise.all(clients.map((client) => client.close()))
      },
    }
  },
}
