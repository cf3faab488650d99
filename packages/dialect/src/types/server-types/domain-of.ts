import { changedCodec } from '../changed-codec.ts'
import type { Codec } from '../codec.ts'

/** The codec of a domain: everything as in its base type, except for what it is called. The server checks its constraints. */
export function domainOf<Value>(name: string, oid: number, arrayOid: number, base: Codec<Value>): Codec<Value> {
  return changedCodec(base, { name, oid, arrayOid })
}
