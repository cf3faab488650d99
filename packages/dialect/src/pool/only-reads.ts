import { laneKindOf } from './lane-kind.ts'

/** The one function that writes among those that leave nothing behind in their session. */
const WRITING_FUNCTION = /nextval/i

/** Whether nothing in a statement can write, as far as its text tells. A function of the user's may write. */
export function onlyReads(sql: string): boolean {
  return laneKindOf(sql) === 'read' && !WRITING_FUNCTION.test(sql)
}
