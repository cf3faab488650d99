/** IPv4 and IPv6 addresses as text, exactly as the server writes them. */

const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/
/** The server takes these for decimal numbers in IPv4, and refuses them at the end of IPv6. */
const LEADING_ZERO = /(?:^|\.)0\d/
const GROUP = /^[0-9a-f]{1,4}$/i
const GROUPS = 8

/** '192.168.0.1' */
export function formatIpv4(bytes: Uint8Array, at: number): string {
  return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`
}

/** '2001:db8::1': the first of the longest runs of zero groups is left out. The end is an IPv4 address where it stands for one. */
export function formatIpv6(bytes: Uint8Array, at: number): string {
  const groups: number[] = []
  for (let index = 0; index < GROUPS; index++) groups.push((bytes[at + 2 * index]! << 8) | bytes[at + 2 * index + 1]!)
  const { start, length } = longestZeroRun(groups)
  if (start === 0 && (length === 6 || (length === 5 && groups[5] === 0xffff))) {
    return `${length === 6 ? '::' : '::ffff:'}${formatIpv4(bytes, at + 12)}`
  }
  const hex = groups.map((group) => group.toString(16))
  if (length === 0) return hex.join(':')
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`
}

/** A single zero group is no run. */
function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let longest = { start: 0, length: 0 }
  for (let start = 0; start < GROUPS; start++) {
    let end = start
    while (end < GROUPS && groups[end] === 0) end++
    if (end - start > Math.max(longest.length, 1)) longest = { start, length: end - start }
  }
  return longest
}

/** The four bytes; undefined for anything but four decimal numbers up to 255. */
export function parseIpv4(source: string): Uint8Array | undefined {
  const match = IPV4.exec(source)
  if (match === null) return undefined
  const bytes = match.slice(1).map(Number)
  return bytes.every((byte) => byte <= 0xff) ? Uint8Array.from(bytes) : undefined
}

/** The sixteen bytes; undefined for what is no IPv6 address. */
export function parseIpv6(source: string): Uint8Array | undefined {
  const halves = source.split('::')
  if (halves.length > 2) return undefined
  const head = parseGroups(halves[0]!, halves.length === 1)
  const tail = parseGroups(halves[1] ?? '', true)
  if (head === undefined || tail === undefined) return undefined
  const missing = GROUPS - head.length - tail.length
  // '::' stands for one group at least.
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined
  const groups = [...head, ...Array.from({ length: missing }, () => 0), ...tail]
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]))
}

/** `last`: the end of the address is here, and may be an IPv4 address. */
function parseGroups(source: string, last: boolean): number[] | undefined {
  if (source === '') return []
  const parts = source.split(':')
  const groups: number[] = []
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index]!
    const ipv4 = last && index === parts.length - 1 && !LEADING_ZERO.test(part) ? parseIpv4(part) : undefined
    if (ipv4 !== undefined) groups.push((ipv4[0]! << 8) | ipv4[1]!, (ipv4[2]! << 8) | ipv4[3]!)
    else if (GROUP.test(part)) groups.push(Number.parseInt(part, 16))
    else return undefined
  }
  return groups
}
