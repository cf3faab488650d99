import { replaceInCode } from './code-of.ts'

/** A word that is no part of another name, nor behind a dot: `M` of `...M<a.b>`, but not its `b`. */
const WORD = /(?<![\p{ID_Continue}$\u200c\u200d]|(?<!\.\.)\.\s*)[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/u

/** What stands before and behind the name of a property, a parameter or a tuple's part, and around no type. */
const BEFORE_LABEL = /[{(,;[]\s*(?:readonly\s+|\.\.\.)?$/
const BEHIND_LABEL = /^\s*\??\s*:/

/** The names that the source of a type refers to, keywords among them; not what is in quotes, and not what it calls its own parts. */
export function namesIn(source: string): ReadonlySet<string> {
  const names = new Set<string>()
  replaceInCode(source, WORD, (word, _groups, { before, behind }) => {
    if (!BEFORE_LABEL.test(before()) || !BEHIND_LABEL.test(behind())) names.add(word)
    return word
  })
  return names
}
