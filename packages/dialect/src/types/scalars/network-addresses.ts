import type { SendBuffer } from '../../bytes/send-buffer.ts'
import { InvalidValueError } from '../../errors/codec-error.ts'
import { type Codec, defineCodec } from '../codec.ts'
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from './ip-address.ts'

/** Family, prefix length, whether it is a network, and how many bytes of address follow. */
const HEADER_BYTES = 4

/** `PGSQL_AF_INET` and `PGSQL_AF_INET6`, which are the same on every platform. */
const IPV4_FAMILY = 2
const IPV6_FAMILY = 3
const IPV4_BYTES = 4
const IPV6_BYTES = 16

const PREFIX_LENGTH = /^(?:0|[1-9]\d{0,2})$/

interface Address {
  readonly address: Uint8Array
  readonly prefix: number
}

/**
 * An address with the length of its network's prefix, as the server prints it: '10.0.0.1', '10.0.0.1/8', '::1/64'. The
 * length is left out when it is that of a whole address.
 *
 * Encodes such strings, IPv6 in any notation. The server's shorter forms ('10.1/16') it takes as a parameter, and in arrays.
 *
 * @see https://www.postgresql.org/docs/current/datatype-net-types.html
 */
export const inet: Codec<string> = networkAddress('inet', 869, 1041, [
  '10.0.0.1',
  '10.0.0.1/8',
  '0.0.0.0/0',
  '::',
  '::1/64',
  '2001:db8::a:0:0:1',
  '::ffff:1.2.3.4',
])

/** A network, as the server prints it: '10.0.0.0/8', '::/0', '10.0.0.1/32'. Encodes strings as inet does. */
export const cidr: Codec<string> = networkAddress('cidr', 650, 651, [
  '10.0.0.0/8',
  '10.0.0.1/32',
  '0.0.0.0/0',
  '::/0',
  '2001:db8::/32',
  '::ffff:1.2.3.0/120',
])

function networkAddress(
  name: 'inet' | 'cidr',
  oid: number,
  arrayOid: number,
  samples: readonly string[],
): Codec<string> {
  const network = name === 'cidr'
  return defineCodec<string>({
    name,
    oid,
    arrayOid,
    typescript: { select: 'string', insert: 'string' },
    samples,
    decode: (bytes, _view, offset, length) => decodeAddress(bytes, offset, length, network),
    encode: (value, out) => encodeAddress(value, out, network),
    fromText: (text) => formatAddress(parseAddress(text, network), network),
    toText: (value) => formatAddress(parseAddress(value, network), network),
  })
}

function decodeAddress(bytes: Buffer, offset: number, length: number, network: boolean): string {
  if (length < HEADER_BYTES) throw new InvalidValueError('too short for an address')
  const ipv4 = bytes[offset] === IPV4_FAMILY
  if (!ipv4 && bytes[offset] !== IPV6_FAMILY) throw new InvalidValueError('an unknown family of addresses')
  const size = ipv4 ? IPV4_BYTES : IPV6_BYTES
  if (bytes[offset + 3] !== size || length !== HEADER_BYTES + size) {
    throw new InvalidValueError('an address of impossible length')
  }
  const prefix = bytes[offset + 1]!
  if (prefix > size * 8) throw new InvalidValueError('an impossible prefix length')
  const address = ipv4 ? formatIpv4(bytes, offset + HEADER_BYTES) : formatIpv6(bytes, offset + HEADER_BYTES)
  return withPrefix(address, prefix, size, network)
}

function withPrefix(address: string, prefix: number, size: number, network: boolean): string {
  return prefix === size * 8 && !network ? address : `${address}/${prefix}`
}

function encodeAddress(value: unknown, out: SendBuffer, network: boolean): void {
  const { address, prefix } = parseAddress(value, network)
  out.uint8(address.length === IPV4_BYTES ? IPV4_FAMILY : IPV6_FAMILY)
  out.uint8(prefix)
  out.uint8(network ? 1 : 0)
  out.uint8(address.length)
  out.raw(address)
}

function formatAddress({ address, prefix }: Address, network: boolean): string {
  const text = address.length === IPV4_BYTES ? formatIpv4(address, 0) : formatIpv6(address, 0)
  return withPrefix(text, prefix, address.length, network)
}

function parseAddress(value: unknown, network: boolean): Address {
  if (typeof value !== 'string') throw new InvalidValueError('not a string')
  const slash = value.indexOf('/')
  const source = slash === -1 ? value : value.slice(0, slash)
  const address = source.includes(':') ? parseIpv6(source) : parseIpv4(source)
  if (address === undefined) throw new InvalidValueError('not an address')
  const bits = address.length * 8
  const prefix = slash === -1 ? bits : prefixOf(value.slice(slash + 1), bits)
  if (network && hasHostBits(address, prefix)) throw new InvalidValueError('it has bits behind its prefix')
  return { address, prefix }
}

function prefixOf(source: string, bits: number): number {
  const prefix = Number(source)
  if (!PREFIX_LENGTH.test(source) || prefix > bits) throw new InvalidValueError('not a prefix length')
  return prefix
}

function hasHostBits(address: Uint8Array, prefix: number): boolean {
  return address.some((byte, index) => {
    const kept = Math.min(Math.max(prefix - index * 8, 0), 8)
    return (byte & (0xff >> kept)) !== 0
  })
}
