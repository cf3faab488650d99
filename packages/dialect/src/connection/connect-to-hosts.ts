/** The way through the hosts and their addresses to a session that will do. */
import type { ConnectionSettings, ServerAddress } from '../config/connection-settings.ts'
import { ConnectionError } from '../errors/connection-error.ts'
import { PostgresError } from '../errors/postgres-error.ts'
import { ConnectBudget } from './connect-budget.ts'
import { alternateFamilies, connectOrder } from './connect-order.ts'
import { HeldEvents } from './held-events.ts'
import { leaveServer } from './leave-server.ts'
import { lookUpHost } from './look-up-host.ts'
import { noHost, unfitHost } from './no-host.ts'
import { type Attempt, firstAttempt, type OpenSession, openSession } from './open-session.ts'
import { raceAddresses } from './race-addresses.ts'
import type { ServerEvents } from './server-events.ts'
import { type Fit, fitOf } from './session-role.ts'
import type { Session } from './session.ts'

/** 57P01 to 57P03: it stops, has crashed, or is not up yet. 53300: it has no room. Another one may well have. */
const ELSEWHERE: readonly string[] = ['57P01', '57P02', '57P03', '53300']

/** A session, and the events that are held back until it is the one. */
interface Candidate extends OpenSession {
  readonly events: HeldEvents
}

/** An address on the way to a session. */
interface Approach extends Attempt {
  readonly address: ServerAddress
  readonly events: HeldEvents
}

/** Everything that the attempts of one connect have in common. */
interface Search {
  readonly settings: ConnectionSettings
  readonly events: ServerEvents
  readonly signal: AbortSignal | undefined
  /** Why each server that was tried is not the one. */
  readonly failures: Error[]
  spare: Candidate | undefined
}

/**
 * Tries the hosts in turn, and of each the address that can be reached first, then the others, until one of them logs us in and
 * is what `targetSessionAttrs` asks for. An address that cannot be reached, stops, is full, or is of the wrong kind leads to the next one. Any other error of
 * a server is final, as in libpq: a wrong password is not tried on everybody.
 */
export async function connectToHosts(
  settings: ConnectionSettings,
  events: ServerEvents,
  signal: AbortSignal | undefined,
): Promise<OpenSession> {
  const search: Search = { settings, events, signal, failures: [], spare: undefined }
  const budget = new ConnectBudget(settings.connectTimeoutMs)
  const hosts = connectOrder(settings.hosts, settings.loadBalanceHosts)
  try {
    for (const [index, host] of hosts.entries()) {
      const left = hosts.length - index
      const found = await connectToHost(search, host, left === 1 ? budget : budget.share(left))
      if (found !== undefined) return adopted(found)
      if (budget.spent()) break
    }
    const { spare } = search
    if (spare === undefined || spare.session.dead) throw noHost(settings.hosts, search.failures)
    search.spare = undefined
    return adopted(spare)
  } finally {
    if (search.spare !== undefined) leaveServer(search.spare.transport)
  }
}

/** Undefined when none of its addresses has what we look for. */
async function connectToHost(
  search: Search,
  host: ServerAddress,
  budget: ConnectBudget,
): Promise<Candidate | undefined> {
  const addresses = await tried(search, () => lookUpHost(host, budget, search.signal))
  if (addresses === undefined) return undefined
  const left = new Set(alternateFamilies(connectOrder(addresses, search.settings.loadBalanceHosts)))
  while (left.size > 0) {
    const approach = await firstReached(search, left, budget)
    if (approach === undefined) return undefined
    const share = left.size === 1 ? budget : budget.share(left.size)
    const found = await tried(search, () => logIn(search, approach, share))
    if (found !== undefined) return found
    if (budget.spent()) return undefined
    left.delete(approach.address)
  }
  return undefined
}

/** Races the addresses that are left, and strikes out those that cannot be reached. A single one is not waited for. */
async function firstReached(
  search: Search,
  left: Set<ServerAddress>,
  budget: ConnectBudget,
): Promise<Approach | undefined> {
  const starts = Array.from(left, (address) => () => approachTo(search, address))
  if (starts.length === 1) return starts[0]?.()
  const { winner, failures } = await raceAddresses(starts, budget, search.signal)
  for (const [{ address }, failure] of failures) {
    if (search.signal?.aborted === true) throw failure
    search.failures.push(failure)
    left.delete(address)
  }
  return winner
}

function approachTo({ settings, events }: Search, address: ServerAddress): Approach {
  const held = new HeldEvents(events)
  return { ...firstAttempt(settings, address, held), address, events: held }
}

async function logIn(search: Search, approach: Approach, budget: ConnectBudget): Promise<Candidate | undefined> {
  const { settings, signal } = search
  const { address, events } = approach
  let fit: Fit = 'fits'
  const { targetSessionAttrs: target } = settings
  const check = async (session: Session): Promise<void> => {
    fit = await fitOf(session, target)
  }
  const opened = await openSession(approach, settings, address, events, {
    timeoutMs: budget.leftMs(),
    shownTimeoutMs: Math.round(budget.totalMs),
    signal,
    check: target === 'any' ? undefined : check,
  })
  return chosen(search, { ...opened, events }, address, fit)
}

function chosen(search: Search, candidate: Candidate, address: ServerAddress, fit: Fit): Candidate | undefined {
  if (fit === 'fits') return candidate
  if (fit === 'spare' && search.spare === undefined) search.spare = candidate
  else leaveServer(candidate.transport)
  search.failures.push(unfitHost(address, search.settings.targetSessionAttrs))
  return undefined
}

/** Undefined when it failed in a way that leads to the next. */
async function tried<Result>(search: Search, step: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await step()
  } catch (error) {
    const next = error instanceof ConnectionError || (error instanceof PostgresError && ELSEWHERE.includes(error.code))
    if (!next || search.signal?.aborted === true) throw error
    search.failures.push(error)
    return undefined
  }
}

function adopted({ transport, session, events }: Candidate): OpenSession {
  events.release()
  return { transport, session }
}
