/**
 * What telemetry costs a query of ours when nobody subscribes: it asks whether somebody does. That is some nanoseconds, less
 * than two runs of the same query differ by, so a thousand lookups' worth of questions is asked in a row.
 */
import { acquireChannel, queryChannel, releaseChannel } from '../../../packages/dialect/src/telemetry/channels.ts'
import type { Workload } from '../workload.ts'
import type { BenchDriver, BenchSession } from './bench-driver.ts'
import { version } from './pgwire.ts'

type Guard = () => boolean

/**
 * Those on the way of a query of a pool that has a connection to itself: taking it, sending, giving it back. One that shares
 * a connection meets the second alone. A call site that sees so many functions inlines none, so nothing is moved out of the loop,
 * and each answer costs a call that it does not cost where it belongs.
 */
const guards: readonly Guard[] = [
  () => acquireChannel.hasSubscribers,
  () => releaseChannel.hasSubscribers,
  () => queryChannel.hasSubscribers,
  () => acquireChannel.hasSubscribers || releaseChannel.hasSubscribers,
  () => releaseChannel.hasSubscribers,
]

export const driver: BenchDriver = {
  version,
  open: async (_url: string, { repeats = 1 }: Workload): Promise<BenchSession> => ({
    lanes: [async () => askAll(repeats)],
    rowsOf: () => [],
    close: async () => {},
  }),
}

function askAll(lookups: number): void {
  let yes = 0
  for (let lookup = 0; lookup < lookups; lookup++) {
    for (const guard of guards) if (guard()) yes++
  }
  if (yes > 0) throw new Error('Somebody subscribes')
}
