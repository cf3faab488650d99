import { UsageError } from '../errors/usage-error.ts'
import type { Session } from './session.ts'

/**
 * Who has a session to itself for as long as somebody else takes: a stream, until its consumer has read it, and a COPY,
 * until its source has ended. The consumer of the one may be the source of the other, directly or not, and then both
 * would wait for ever. So neither begins while the other lasts.
 */
interface Occupation {
  streams: number
  feeding: boolean
}

const occupations = new WeakMap<Session, Occupation>()

/** How many sessions are fed. Without any, no query has to look. */
let fed = 0

/** Notes that a stream has begun, until the returned function is called. Throws `UsageError` while a COPY is fed. */
export function beginStream(session: Session): () => void {
  requireNotFed(session)
  const occupation = occupationOf(session)
  occupation.streams++
  return once(() => void occupation.streams--)
}

/** Notes that a COPY is fed from a source that may take its time. Throws `UsageError` while a stream is open. */
export function beginFeeding(session: Session): () => void {
  requireNotFed(session)
  const occupation = occupationOf(session)
  if (occupation.streams > 0) {
    throw new UsageError('A stream is open on this connection: a COPY from another stream cannot wait for its end')
  }
  occupation.feeding = true
  fed++
  return once(() => {
    occupation.feeding = false
    fed--
  })
}

/** Throws `UsageError` while a COPY is fed from a source that may take its time, and may be waiting for what is asked now. */
export function requireNotFed(session: Session): void {
  if (fed === 0 || occupations.get(session)?.feeding !== true) return
  throw new UsageError('A COPY on this connection has not read its source to the end; until then it takes nothing else')
}

function occupationOf(session: Session): Occupation {
  let occupation = occupations.get(session)
  if (occupation === undefined) {
    occupation = { streams: 0, feeding: false }
    occupations.set(session, occupation)
  }
  return occupation
}

function once(end: () => void): () => void {
  let ended = false
  return () => {
    if (ended) return
    ended = true
    end()
  }
}
