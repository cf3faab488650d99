/** A comment of the database as TSDoc; it cannot end before its end, whatever is in it. Empty without a comment. */
export function docComment(comment: string | null, indent: string = ''): string {
  if (comment === null) return ''
  const lines = escaped(comment).split('\n')
  if (lines.length === 1 && !DIRECTIVE.test(comment)) return `${indent}/** ${lines[0]} */\n`
  return `${indent}/**\n${lines.map((line) => `${indent} *${line === '' ? '' : ` ${line}`}\n`).join('')}${indent} */\n`
}

/** What the compiler takes for its own where a comment's last line begins with it. */
const DIRECTIVE = /^\s*@ts-/

/** A line's end is what TypeScript takes for one; what ends a comment, or would reorder the text around it, is spelled. */
function escaped(comment: string): string {
  return comment
    .replaceAll(/\r\n?|[\u2028\u2029]/g, '\n')
    .replaceAll('*/', '*\\/')
    .replaceAll(/[\p{Cc}\p{Cf}]/gu, (character) =>
      character === '\n' || character === '\t' ? character : spelled(character),
    )
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}

function spelled(character: string): string {
  return `\\u{${character.codePointAt(0)!.toString(16)}}`
}
