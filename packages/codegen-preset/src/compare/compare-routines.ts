import type { CatalogArgument, CatalogRoutine } from '../catalog/catalog.ts'
import { quoted } from '../catalog/type-name.ts'
import { change, type CatalogChange, type ChangeEffect, pathOf } from './catalog-change.ts'
import { type Comparison, effect } from './comparison.ts'
import { commentWords, factChanges, type Facts, nowOrNot, replaced } from './facts.ts'
import { matched } from './matched.ts'

const FACTS: Facts<CatalogRoutine, Exclude<keyof CatalogRoutine, 'schema' | 'name' | 'arguments'>> = {
  kind: replaced,
  returns: (before, after) => `returns ${replaced(before ?? 'nothing', after ?? 'nothing')}`,
  returnsSet: nowOrNot('gives rows now', 'gives one value now, and no rows'),
  strict: nowOrNot('is not called for NULL any more', 'is called for NULL now'),
  comment: commentWords,
}

const ARGUMENT_FACTS: Facts<CatalogArgument, keyof CatalogArgument> = {
  name: (before, after) => `called ${replaced(nameOf(before), nameOf(after))}`,
  type: replaced,
  mode: replaced,
  hasDefault: nowOrNot('may be left out now', 'has to be given now'),
}

export function compareRoutines(comparison: Comparison): CatalogChange[] {
  const { before, after } = comparison
  const { dropped, added, kept } = matched(before.catalog.routines, after.catalog.routines, signatureOf)
  return [
    ...dropped.map((routine) => {
      const words = `${routine.kind} dropped (${comparison.only(before)})`
      return change('routine', signatureOf(routine), { kind: 'dropped', words }, comparison.routineEffect(routine))
    }),
    ...added.map((routine) => {
      const words = `${routine.kind} added (${comparison.only(after)})`
      return change('routine', signatureOf(routine), { kind: 'added', words }, comparison.routineEffect(routine))
    }),
    ...kept.flatMap(([old, current]) => routineChanges(old, current, comparison.routineEffect(old, current))),
  ]
}

function routineChanges(before: CatalogRoutine, after: CatalogRoutine, seen: ChangeEffect): CatalogChange[] {
  const path = signatureOf(after)
  const own = factChanges(FACTS, before, after).map((part) =>
    // The file takes everything that comes back for what may be NULL.
    change('routine', path, part, effect(seen === 'types' && part.kind !== 'strict')),
  )
  const count = Math.max(before.arguments.length, after.arguments.length)
  const given = Array.from({ length: count }, (_, index) =>
    argumentChanges(path, index, [before.arguments[index], after.arguments[index]], seen),
  )
  return [...own, ...given.flat()]
}

function argumentChanges(
  path: string,
  index: number,
  [before, after]: readonly [CatalogArgument | undefined, CatalogArgument | undefined],
  seen: ChangeEffect,
): CatalogChange[] {
  const which = `argument ${index + 1}`
  if (before !== undefined && after !== undefined) {
    return factChanges(ARGUMENT_FACTS, before, after).map(({ kind, words }) =>
      change('argument', path, { kind, words: `${which}: ${words}` }, seen),
    )
  }
  const kind = before === undefined ? 'added' : 'dropped'
  const { mode, type } = (before ?? after)!
  return [change('argument', path, { kind, words: `${which}: ${kind}, ${mode} ${type}` }, seen)]
}

/** PostgreSQL tells routines of one name apart by the types of what they are given. */
function signatureOf(routine: CatalogRoutine): string {
  const given = routine.arguments.filter(({ mode }) => mode !== 'out' && mode !== 'table')
  return `${pathOf(routine)}(${given.map(({ type }) => type).join(', ')})`
}

function nameOf(name: string): string {
  return name === '' ? 'nothing' : quoted(name)
}
