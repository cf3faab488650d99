import { isIPv6 } from 'node:net'

import type { LoadBalanceHosts, ServerAddress } from '../config/connection-settings.ts'

/** In which order to try them: as they are, or shuffled (Fisher and Yates), each order being as likely as the others. */
export function connectOrder<Item>(
  items: readonly Item[],
  balance: LoadBalanceHosts,
  random: () => number = Math.random,
): readonly Item[] {
  if (balance === 'disable') return items
  const order = [...items]
  for (let last = order.length - 1; last > 0; last--) {
    const chosen = Math.floor(random() * (last + 1))
    const item = order[chosen]!
    order[chosen] = order[last]!
    order[last] = item
  }
  return order
}

/**
 * IPv6 and IPv4 by turns, beginning with the family of the first: whoever cannot reach one of them need not go through all
 * of it before the other has its turn (RFC 8305). Within a family the order stays.
 */
export function alternateFamilies(addresses: readonly ServerAddress[]): readonly ServerAddress[] {
  const [first] = addresses
  if (first === undefined || addresses.length === 1) return addresses
  const family = familyOf(first)
  const ours = addresses.filter((address) => familyOf(address) === family)
  const others = addresses.filter((address) => familyOf(address) !== family)
  return Array.from({ length: Math.max(ours.length, others.length) }, (_, index) => [
    ...ours.slice(index, index + 1),
    ...others.slice(index, index + 1),
  ]).flat()
}

function familyOf(address: ServerAddress): 4 | 6 {
  return address.kind === 'tcp' && isIPv6(address.hostaddr ?? address.host) ? 6 : 4
}
