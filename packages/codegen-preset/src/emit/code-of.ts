/** TypeScript's source without what is in quotes and in comments: there alone a name means something. */

const COMMENT = /\/\*[\s\S]*?\*\//.source
const STRING = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/.source
const TEMPLATE = /`(?:[^`\\]|\\.)*`/.source

type Groups = Readonly<Record<string, string | undefined>>

/**
 * Replaces what `pattern` matches, but not within quotes and comments. What it matches may hold quotes of its own, as an import type
 * does. What stands in the braces of a template is code, unless there are quotes in the template.
 */
export function replaceInCode(
  text: string,
  pattern: RegExp,
  replaced: (code: string, groups: Groups) => string,
): string {
  const parts = new RegExp(`(?<code>${pattern.source})|(?<template>${TEMPLATE})|${COMMENT}|${STRING}`, 'gsu')
  return text.replaceAll(parts, (part: string, ...rest: unknown[]) => {
    const groups = rest.at(-1) as Groups
    const { code, template } = groups
    if (code !== undefined) return replaced(code, groups)
    if (template === undefined || /['"]/.test(template)) return part
    return `\`${replaceInCode(template.slice(1, -1), pattern, replaced)}\``
  })
}

/** Whether `pattern` matches anything outside of quotes and comments. */
export function isInCode(text: string, pattern: RegExp): boolean {
  let found = false
  replaceInCode(text, pattern, (code) => {
    found = true
    return code
  })
  return found
}
