/** Members of a thing that are compared as they are, each with words for its change. */
import { isDeepStrictEqual } from 'node:util'

import type { PartialChange } from './catalog-change.ts'

/** Says what became of a member: from its value before and after, which are not the same. */
export type Words<Value> = (before: Value, after: Value) => string

/** Words for each of the named members; the compiler misses none. */
export type Facts<Thing, Name extends keyof Thing> = { readonly [Member in Name]: Words<Thing[Member]> }

export function factChanges<Thing, Name extends keyof Thing & string>(
  facts: Facts<Thing, Name>,
  before: Thing,
  after: Thing,
): PartialChange[] {
  return (Object.keys(facts) as Name[]).flatMap((kind) => {
    const [old, current] = [before[kind], after[kind]]
    return isDeepStrictEqual(old, current) ? [] : [{ kind, words: facts[kind](old, current) }]
  })
}

/** Words for what is either so or not. */
export function nowOrNot(so: string, not: string): Words<boolean> {
  return (_, after) => (after ? so : not)
}

/** Words for what is replaced by another of its kind. */
export function replaced(before: string | number, after: string | number): string {
  return `${before} → ${after}`
}

/** Comments may be long, and say nothing that the types depend on but their tags. */
export function commentWords(before: string | null, after: string | null): string {
  if (before === null) return 'has a comment now'
  return after === null ? 'has no comment any more' : 'has another comment'
}
