/** Connections that were opened together do not all leave together. */
const JITTER = 0.1

/** How long one connection of a pool may live: of the limit, a random part between nine tenths and all. */
export function lifetimeOfOne(maxLifetimeMs: number, random: () => number = Math.random): number {
  return Math.max(1, Math.round(maxLifetimeMs * (1 - JITTER * random())))
}
