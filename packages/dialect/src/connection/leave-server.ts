import type { Transport } from './transport.ts'

/** How long a server may take to hang up behind our goodbye. */
const FAREWELL_MS = 1_000

/** Says goodbye to a server whose session nobody wants, and waits for nothing: one that does not hang up is cut off. */
export function leaveServer(transport: Transport): void {
  transport.end()
  const timer = setTimeout(() => transport.destroy(), FAREWELL_MS)
  void transport.closed.then(() => clearTimeout(timer))
}
