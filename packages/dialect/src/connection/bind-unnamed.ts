import type { SendBuffer } from '../bytes/send-buffer.ts'
import { endFrame, startFrame } from '../wire/extended-query.ts'

/** Bind of the unnamed statement to the unnamed portal, without parameters, for statements whose rows are not asked for. */
export function writeUnnamedBind(out: SendBuffer): void {
  const start = startFrame(out, 0x42)
  out.cstring('')
  out.cstring('')
  out.uint16(0)
  out.uint16(0)
  out.uint16(0)
  endFrame(out, start)
}
