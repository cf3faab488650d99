/**
 * Whether a session is one of those that were asked for: what `target_session_attrs` means.
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-TARGET-SESSION-ATTRS
 */
import type { TargetSessionAttrs } from '../config/connection-settings.ts'
import { SimpleQueryExchange } from './exchanges/simple-query.ts'
import type { Session } from './session.ts'

/** `spare`: only if there is no better one. */
export type Fit = 'fits' | 'spare' | 'unfit'

/** Says `on` or `t` for yes. */
interface Question {
  readonly sql: string
  /** The settings that answer it where the server reports them, as it does from version 14 on: yes when one of them is on. */
  readonly settings: readonly string[]
}

const READ_ONLY: Question = {
  sql: 'show transaction_read_only',
  settings: ['default_transaction_read_only', 'in_hot_standby'],
}

const STANDBY: Question = { sql: 'select pg_catalog.pg_is_in_recovery()', settings: ['in_hot_standby'] }

interface Wish {
  readonly question: Question
  readonly answer: boolean
  readonly otherwise: Fit
}

const wishes: Readonly<Record<Exclude<TargetSessionAttrs, 'any'>, Wish>> = {
  'read-write': { question: READ_ONLY, answer: false, otherwise: 'unfit' },
  'read-only': { question: READ_ONLY, answer: true, otherwise: 'unfit' },
  primary: { question: STANDBY, answer: false, otherwise: 'unfit' },
  standby: { question: STANDBY, answer: true, otherwise: 'unfit' },
  'prefer-standby': { question: STANDBY, answer: true, otherwise: 'spare' },
}

/** Asks the server only where it has not told by itself: an old one, or a pooler. */
export async function fitOf(session: Session, target: TargetSessionAttrs): Promise<Fit> {
  if (target === 'any') return 'fits'
  const { question, answer, otherwise } = wishes[target]
  const found = reported(session, question) ?? (await asked(session, question))
  return found === answer ? 'fits' : otherwise
}

/** What the server has reported of itself; undefined for an old one, and for a pooler. */
export function reportsReadOnly(session: Session): boolean | undefined {
  return reported(session, READ_ONLY)
}

/**
 * Whether a server that has refused to write is no longer what was asked for. Where anything will do, that is one which has
 * become read only since: `before` is what it reported at login. Otherwise the transaction was read only, or whoever asked
 * wanted it so.
 */
export async function isDemoted(
  session: Session,
  target: TargetSessionAttrs,
  before: boolean | undefined,
): Promise<boolean> {
  if (target === 'read-write' || target === 'primary') return (await fitOf(session, target)) === 'unfit'
  if (target !== 'any' || before === true) return false
  // Of one that reports nothing only a standby is sure not to be read only at the user's own wish.
  return (await fitOf(session, before === false ? 'read-write' : 'primary')) === 'unfit'
}

function reported({ parameters }: Session, { settings }: Question): boolean | undefined {
  const values = settings.map((name) => parameters.get(name))
  if (values.includes('on')) return true
  return values.includes(undefined) ? undefined : false
}

async function asked(session: Session, { sql }: Question): Promise<boolean> {
  const [result] = await new Promise<{ rows: readonly (readonly (string | null)[])[] }[]>((resolve, reject) => {
    session.send(new SimpleQueryExchange(session, sql, resolve, reject))
  })
  const value = result?.rows[0]?.[0]
  return value === 'on' || value === 't'
}
