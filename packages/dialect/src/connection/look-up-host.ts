import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'

import type { ServerAddress } from '../config/connection-settings.ts'
import { ConnectionError } from '../errors/connection-error.ts'
import type { ConnectBudget } from './connect-budget.ts'

/**
 * The addresses that the host's name stands for now, in the order of the system, which knows what it can reach. A look-up
 * cannot be stopped: when time is over or nobody wants the connection any more, its answer is left alone.
 */
export async function lookUpHost(
  server: ServerAddress,
  budget: ConnectBudget,
  signal: AbortSignal | undefined,
): Promise<readonly ServerAddress[]> {
  const { kind, host, port } = server
  if (kind === 'unix' || server.hostaddr !== undefined || isIP(host) !== 0) return [server]
  const answers = await inTime(server, lookup(host, { all: true }), budget, signal)
  return answers.map(({ address }) => ({ kind, host, port, hostaddr: address }))
}

async function inTime<Answer>(
  { host, port }: ServerAddress,
  answer: Promise<Answer>,
  budget: ConnectBudget,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  const where = `${host}:${port}`
  const common = { host, port, outcome: 'not-sent' } as const
  let timer: NodeJS.Timeout | undefined
  let giveUp: (() => void) | undefined
  const ended = new Promise<never>((_resolve, reject) => {
    const late = (): void => {
      const text = `Cannot connect to ${where} within ${Math.round(budget.totalMs)} ms: still looking up its address`
      reject(new ConnectionError(text, { ...common, code: 'PGWIRE_CONNECT_TIMEOUT', phase: 'connecting' }))
    }
    giveUp = () => {
      const text = 'The connection is closed'
      reject(new ConnectionError(text, { ...common, code: 'PGWIRE_CONNECTION_CLOSED', phase: 'closing' }))
    }
    if (budget.totalMs > 0) timer = setTimeout(late, budget.leftMs())
    if (signal?.aborted === true) giveUp()
    else signal?.addEventListener('abort', giveUp, { once: true })
  })
  try {
    const unknown = answer.catch((cause: Error) => {
      const text = `Cannot connect to ${where} while connecting: ${cause.message}`
      throw new ConnectionError(text, { ...common, code: 'PGWIRE_CONNECT_FAILED', phase: 'connecting', cause })
    })
    return await Promise.race([unknown, ended])
  } finally {
    clearTimeout(timer)
    if (giveUp !== undefined) signal?.removeEventListener('abort', giveUp)
  }
}
