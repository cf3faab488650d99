const OFFSET = 0xcbf2_9ce4_8422_2325n
const PRIME = 0x100_0000_01b3n

/** FNV-1a of a text's UTF-8, in 16 hexadecimal digits: tells texts apart that nobody has made to collide. */
export function hashOf(text: string): string {
  let hash = OFFSET
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * PRIME)
  return hash.toString(16).padStart(16, '0')
}
