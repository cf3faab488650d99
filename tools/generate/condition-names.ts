/** What PostgreSQL's list of error conditions says, as its servers ship it in `share/errcodes.txt`. */

/** A class of SQLSTATEs, by their first two characters. */
export interface ConditionClass {
  readonly prefix: string
  /** As the list's headings have it: `Integrity Constraint Violation`. */
  readonly title: string
  readonly conditions: readonly Condition[]
}

export interface Condition {
  readonly sqlstate: string
  /** As PL/pgSQL has it: `unique_violation`. */
  readonly name: string
}

const HEADING = /^Section: Class (\w\w) - (.*)$/
const ROW = /^(\w{5})\s+([EWS])\s+\w+(?:\s+(\w+))?\s*$/

/** All conditions but success, in the list's order. Second names of the same code, which only C knows, are left out. */
export function parseConditions(list: string): ConditionClass[] {
  const classes: { prefix: string; title: string; conditions: Condition[] }[] = []
  for (const line of list.split('\n')) {
    const heading = HEADING.exec(line)
    const [, sqlstate, kind, name] = ROW.exec(line) ?? []
    if (heading !== null) classes.push({ prefix: heading[1]!, title: plain(heading[2]!), conditions: [] })
    else if (sqlstate !== undefined && kind !== 'S' && name !== undefined) {
      const last = classes.at(-1)
      if (last?.prefix !== sqlstate.slice(0, 2)) throw new Error(`${sqlstate} does not stand below its class`)
      last.conditions.push({ sqlstate, name })
    }
  }
  return classes.filter(({ conditions }) => conditions.length > 0)
}

/** Conditions of servers that are supported, and which the newest list no longer has. */
const FORMER: readonly ConditionClass[] = [
  { prefix: '72', title: 'Snapshot Failure', conditions: [{ sqlstate: '72000', name: 'snapshot_too_old' }] },
]

/** The classes with those of older servers, in the order of their prefixes. */
export function withFormer(classes: readonly ConditionClass[]): ConditionClass[] {
  const missing = FORMER.filter(({ prefix }) => !classes.some((known) => known.prefix === prefix))
  return [...classes, ...missing].sort((a, b) => (a.prefix < b.prefix ? -1 : 1))
}

/** Without what the list says of a heading beside its title. */
function plain(title: string): string {
  return title.replace(/\s*\(.*\)$/, '')
}
