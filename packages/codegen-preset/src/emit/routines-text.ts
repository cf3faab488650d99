import type { ModelRoutine } from '../model/model.ts'
import { isReserved, propertyName } from '../model/names.ts'
import { docComment } from './doc-comment.ts'

/** The interface of functions and procedures. A name that several have is a union. */
export function routinesText(routines: readonly ModelRoutine[]): string {
  const byKey = new Map<string, ModelRoutine[]>()
  for (const routine of routines) byKey.set(routine.key, [...(byKey.get(routine.key) ?? []), routine])
  const members = [...byKey].sort(([left], [right]) => (left < right ? -1 : 1)).map(memberText)
  return `/** Functions and procedures, by name: the arguments and what a call gives; several where a name has several. */
export interface Functions {\n${members.join('')}}\n`
}

function memberText([key, overloads]: readonly [string, readonly ModelRoutine[]]): string {
  const name = `  ${propertyName(key)}:`
  const [only, ...others] = overloads.map(signatureText)
  if (others.length === 0) return `${docComment(overloads[0]!.comment, '  ')}${name} ${indented(only!, '  ')}\n`
  const each = overloads.map(
    (overload) => `${docComment(overload.comment, '    ')}    | ${indented(signatureText(overload), '      ')}\n`,
  )
  return `${name}\n${each.join('')}`
}

function signatureText({ kind, arguments: given, returns, returnsSet }: ModelRoutine): string {
  const list = given.map(({ name, text, optional, variadic }, index) => {
    const label = argumentLabel(name, index)
    return variadic ? `...${label}: (${text})[]` : `${label}${optional ? '?' : ''}: ${text}`
  })
  const members = [
    `kind: ${JSON.stringify(kind)}`,
    `arguments: [${list.join(', ')}]`,
    `returns: ${returns}`,
    `set: ${String(returnsSet)}`,
  ]
  return `{\n${members.map((member) => `  ${member}\n`).join('')}}`
}

function indented(text: string, indent: string): string {
  return text.replaceAll('\n', `\n${indent}`)
}

/** A tuple's labels are documentation. */
function argumentLabel(name: string, index: number): string {
  if (!/^[A-Za-z_$][\w$]*$/.test(name)) return `_${index + 1}`
  return isReserved(name) ? `_${name}` : name
}
