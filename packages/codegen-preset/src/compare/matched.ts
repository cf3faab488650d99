/** Things of two catalogs that have the same key. */
export interface Matched<Thing> {
  readonly dropped: readonly Thing[]
  readonly added: readonly Thing[]
  readonly kept: readonly (readonly [before: Thing, after: Thing])[]
}

export function matched<Thing>(
  before: readonly Thing[],
  after: readonly Thing[],
  keyOf: (thing: Thing) => string,
): Matched<Thing> {
  const old = new Map(before.map((thing) => [keyOf(thing), thing]))
  const current = new Map(after.map((thing) => [keyOf(thing), thing]))
  return {
    dropped: [...old].flatMap(([key, thing]) => (current.has(key) ? [] : [thing])),
    added: [...current].flatMap(([key, thing]) => (old.has(key) ? [] : [thing])),
    kept: [...old].flatMap(([key, thing]) => {
      const other = current.get(key)
      return other === undefined ? [] : [[thing, other] as const]
    }),
  }
}
