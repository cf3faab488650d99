/** Names in an order that says something: columns, labels, fields. */

export interface SequenceChanges {
  readonly dropped: readonly string[]
  readonly added: readonly AddedName[]
  /** Those of before and after that are in both, where their order is not the same. */
  readonly reordered: { readonly before: readonly string[]; readonly after: readonly string[] } | null
}

export interface AddedName {
  readonly name: string
  /** What stands before and behind it now. */
  readonly previous: string | undefined
  readonly next: string | undefined
  /** What stood in the same place, and is gone. */
  readonly instead: string | undefined
}

export function sequenceChanges(before: readonly string[], after: readonly string[]): SequenceChanges {
  const [old, current] = [new Set(before), new Set(after)]
  const [keptBefore, keptAfter] = [before.filter((name) => current.has(name)), after.filter((name) => old.has(name))]
  const gone = new Map(before.flatMap((name, at) => (current.has(name) ? [] : [[placeOf(before, at, current), name]])))
  return {
    dropped: before.filter((name) => !current.has(name)),
    added: after.flatMap((name, at) =>
      old.has(name)
        ? []
        : [{ name, previous: after[at - 1], next: after[at + 1], instead: gone.get(placeOf(after, at, old)) }],
    ),
    reordered: keptBefore.every((name, at) => name === keptAfter[at]) ? null : { before: keptBefore, after: keptAfter },
  }
}

/** Where a name stands, counted from the one before it that both sequences have. */
function placeOf(names: readonly string[], at: number, others: ReadonlySet<string>): string {
  let from = at - 1
  while (from >= 0 && !others.has(names[from]!)) from--
  return JSON.stringify([names[from] ?? null, at - from])
}

/** Words for where something was added. */
export function placeWords({ previous, next }: AddedName, write: (name: string) => string): string {
  if (previous === undefined) return next === undefined ? '' : ` before ${write(next)}`
  return next === undefined ? ` behind ${write(previous)}` : ` between ${write(previous)} and ${write(next)}`
}
