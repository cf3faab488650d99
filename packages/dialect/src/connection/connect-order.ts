import type { LoadBalanceHosts } from '../config/connection-settings.ts'

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
