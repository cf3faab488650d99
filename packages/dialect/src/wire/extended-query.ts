import { MAX_MESSAGE_BYTES, type SendBuffer } from '../bytes/send-buffer.ts'
import { UsageError } from '../errors/usage-error.ts'

const PARSE = 0x50
const DESCRIBE = 0x44
const CLOSE = 0x43
const EXECUTE = 0x45
const STATEMENT = 0x53
const PORTAL = 0x50

/** Starts a frame and returns where it starts; {@link endFrame} fills in its length. */
export function startFrame(out: SendBuffer, type: number): number {
  out.reserve(5)
  const start = out.length
  out.bytes[start] = type
  out.length = start + 5
  return start
}

export function endFrame(out: SendBuffer, start: number): void {
  const length = out.length - start - 1
  if (length > MAX_MESSAGE_BYTES) throw new UsageError('A message of more than 1 GiB cannot be sent')
  out.patchInt32(start + 1, length)
}

/** Parse: prepares `sql` under `statement`; the empty name is the unnamed statement. */
export function writeParse(out: SendBuffer, statement: string, sql: string, parameterOids: readonly number[]): void {
  const start = startFrame(out, PARSE)
  out.cstring(statement)
  out.cstring(sql)
  out.uint16(parameterOids.length)
  for (const oid of parameterOids) out.uint32(oid)
  endFrame(out, start)
}

/** Describe (statement): asks for ParameterDescription and RowDescription. */
export function writeDescribeStatement(out: SendBuffer, statement: string): void {
  writeNamed(out, DESCRIBE, STATEMENT, statement)
}

/** Describe (portal): asks for RowDescription. */
export function writeDescribePortal(out: SendBuffer, portal: string): void {
  writeNamed(out, DESCRIBE, PORTAL, portal)
}

/** Close (statement): frees a prepared statement on the server. */
export function writeCloseStatement(out: SendBuffer, statement: string): void {
  writeNamed(out, CLOSE, STATEMENT, statement)
}

/** Close (portal). */
export function writeClosePortal(out: SendBuffer, portal: string): void {
  writeNamed(out, CLOSE, PORTAL, portal)
}

/** Execute: runs a portal for at most `maxRows` rows; 0 is all of them. */
export function writeExecute(out: SendBuffer, portal: string, maxRows: number): void {
  const start = startFrame(out, EXECUTE)
  out.cstring(portal)
  out.uint32(maxRows)
  endFrame(out, start)
}

/** Sync: ends a unit of the extended protocol; the server answers ReadyForQuery. */
export function writeSync(out: SendBuffer): void {
  out.reserve(5)
  const at = out.length
  out.bytes[at] = 0x53
  out.view.setInt32(at + 1, 4)
  out.length = at + 5
}

/** Flush: asks for the replies so far, without ending the unit. */
export function writeFlush(out: SendBuffer): void {
  out.reserve(5)
  const at = out.length
  out.bytes[at] = 0x48
  out.view.setInt32(at + 1, 4)
  out.length = at + 5
}

/** Execute of the whole unnamed portal, and Sync: the 15 bytes that end every plain query. */
export function writeExecuteAndSync(out: SendBuffer): void {
  out.reserve(15)
  const { bytes, view } = out
  const at = out.length
  bytes[at] = EXECUTE
  view.setInt32(at + 1, 9)
  // The empty portal name and the row limit of 0.
  view.setInt32(at + 5, 0)
  bytes[at + 9] = 0
  bytes[at + 10] = 0x53
  view.setInt32(at + 11, 4)
  out.length = at + 15
}

function writeNamed(out: SendBuffer, type: number, kind: number, name: string): void {
  const start = startFrame(out, type)
  out.uint8(kind)
  out.cstring(name)
  endFrame(out, start)
}
