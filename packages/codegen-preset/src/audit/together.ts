import { Refusal } from './in-transaction.ts'

/** It would run out of time again. */
const OUT_OF_TIME = '57014'

/**
 * Asks about several things at once. Where the server refuses, it asks about each half on its own, and so on: one of them may be to
 * blame, and a large table is not read once for each of the others. Gives an answer or a refusal for each thing.
 */
export async function together<Thing, Answer>(
  things: readonly Thing[],
  ask: (things: readonly Thing[]) => Promise<readonly Answer[] | Refusal>,
): Promise<readonly (Answer | Refusal)[]> {
  const answer = await ask(things)
  if (!(answer instanceof Refusal)) return answer
  if (things.length === 1 || answer.sqlstate === OUT_OF_TIME) return things.map(() => answer)
  const middle = things.length >> 1
  return [...(await together(things.slice(0, middle), ask)), ...(await together(things.slice(middle), ask))]
}
