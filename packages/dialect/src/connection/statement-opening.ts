import type { SendBuffer } from '../bytes/send-buffer.ts'
import { writeCloseStatement, writeDescribePortal, writeDescribeStatement, writeParse } from '../wire/extended-query.ts'
import { writeBind } from './bind.ts'
import type { ServerSession } from './server-session.ts'
import type { Statement } from './statement.ts'

/** How every execution of a described statement begins, up to the BindComplete behind which it is executed. */
export type OpeningState =
  | 'parsing'
  | 'describing parameters'
  | 'describing rows'
  | 'binding'
  | 'binding by name'
  | 'describing portal'

/** The opening part of a flow's transitions; the flow goes on at 'fetching'. */
export const openingTransitions = {
  // Statements that made room for this one are closed in front of its Parse.
  parsing: { closeComplete: 'parsing', parseComplete: 'describing parameters' },
  'describing parameters': { parameterDescription: 'describing rows' },
  'describing rows': { rowDescription: 'binding', noData: 'binding' },
  binding: { bindComplete: 'fetching' },
  // Behind a pooler.
  'binding by name': { bindComplete: 'describing portal' },
  'describing portal': { rowDescription: 'fetching', noData: 'fetching' },
} as const

/** Whether an error that comes now says that nothing was executed. */
export function beforeExecution(state: string): state is OpeningState {
  return Object.hasOwn(openingTransitions, state)
}

/** More than the frames that execute a portal take. */
const EXECUTION_BYTES = 64

/** Whether nothing but Bind was written, and perhaps Describe, of which nobody has to know if it is taken back. */
export function onlyBinds(state: string): boolean {
  return state === 'binding' || state === 'binding by name'
}

/**
 * Bind to the unnamed portal; with Parse and Describe in front where this connection has not prepared the statement.
 * Returns the state that the flow is in then.
 *
 * What a name stands for, a pooler may have prepared anew on another connection of the server, and with other columns. So the
 * portal is described there: an int4 that has become a float4 could be read as either.
 */
export function writeOpening(
  out: SendBuffer,
  { session, prepared }: ServerSession,
  statement: Statement,
  parameters: readonly unknown[],
): OpeningState {
  if (statement.leavesTraces) session.changes.noteTraces()
  const known = prepared.nameOf(statement)
  if (known !== undefined) {
    writeBind(out, '', known, statement, parameters)
    if (!session.pooled) return 'binding'
    writeDescribePortal(out, '')
    return 'binding by name'
  }
  const name = prepared.newName(statement)
  for (const evicted of prepared.evicted) writeCloseStatement(out, evicted)
  // With the types declared, Bind means the same even if the server would infer others today.
  writeParse(out, name, statement.sql, statement.parameterOids)
  writeDescribeStatement(out, name)
  writeBind(out, '', name, statement, parameters)
  // From here on nothing may fail: what is noted as prepared must have been written.
  out.reserve(EXECUTION_BYTES)
  prepared.closed()
  prepared.add(statement, name)
  return 'parsing'
}
