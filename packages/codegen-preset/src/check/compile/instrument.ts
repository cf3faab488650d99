/** Puts checks into a module, so that the compiler judges each where it belongs: with the types that can be seen from there. */
import { Lines } from '../positions.ts'
import type { Span } from '../typescript/tokens.ts'
import type { Diagnostic } from './diagnostics.ts'

/** Something that is asked of the compiler. An error within its lines is the answer. */
export interface Check {
  readonly answered: (diagnostic: Diagnostic) => void
}

/** Around an expression of the module, or instead of nothing at all. */
export type Placement =
  | { readonly around: Span; readonly open: string; readonly close: string; readonly check: Check }
  | { readonly at: number; readonly text: string; readonly check: Check }

export interface Instrumented {
  readonly text: string
  /** The check whose lines these are; the inner one of two. */
  readonly checkAt: (line: number) => Check | undefined
  /** Where an error is put in, without which the file was not judged at all. */
  readonly canaryLine: number
}

interface Insertion {
  readonly at: number
  readonly text: string
  /** At the same place: what ends goes before what begins. */
  readonly rank: number
  readonly begins?: Check
  readonly ends?: Check
}

export function instrument(module: string, placements: readonly Placement[]): Instrumented {
  const insertions = placements.flatMap(insertionsOf).sort((a, b) => a.at - b.at || a.rank - b.rank)
  const begun = new Map<Check, number>()
  const ranges: { readonly check: Check; readonly start: number; readonly end: number }[] = []
  let text = ''
  let from = 0
  for (const { at, text: inserted, begins, ends } of insertions) {
    text += module.slice(from, at)
    from = at
    // The line break that the insertion begins with is not its own.
    if (begins !== undefined) begun.set(begins, text.length + 1)
    text += inserted
    // The one that it ends with is.
    if (ends !== undefined) ranges.push({ check: ends, start: begun.get(ends) ?? 0, end: text.length - 2 })
  }
  text += `${module.slice(from)}\n`
  const canaryAt = text.length
  text += 'export const kyselyPgwireCheckCanary: never = 0\n'
  const lines = new Lines(text)
  const byLine = new Map<number, Check>()
  // What ends first is within what ends later.
  for (const { check, start, end } of ranges) {
    const last = lines.positionOf(end).line
    for (let line = lines.positionOf(start).line; line <= last; line++) if (!byLine.has(line)) byLine.set(line, check)
  }
  return { text, checkAt: (line) => byLine.get(line), canaryLine: lines.positionOf(canaryAt).line }
}

function insertionsOf(placement: Placement): Insertion[] {
  const { check } = placement
  if ('at' in placement) {
    return [{ at: placement.at, text: `\n${placement.text}\n`, rank: 1, begins: check, ends: check }]
  }
  const { around, open, close } = placement
  return [
    { at: around.start, text: `\n${open}\n`, rank: 2, begins: check },
    // A comment at the end of the expression ends with its line.
    { at: around.end, text: `\n${close}\n`, rank: 0, ends: check },
  ]
}
