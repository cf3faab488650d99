/** TypeScript's source without what is in quotes and in comments: there alone a name means something. */

const COMMENT = /\/\*[\s\S]*?\*\//.source
const STRING = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/.source
const TEMPLATE = /`(?:[^`\\]|\\.)*`/.source

/** A template's text, or what stands in braces there. A type in them that has quotes or braces of its own is taken for text. */
const IN_TEMPLATE = /\\.|\$\{(?<inner>[^`'"{}]*)\}/gsu

type Groups = Readonly<Record<string, string | undefined>>

/** The source around what was found, or around the template's braces that it stands in. */
export interface Surroundings {
  readonly before: () => string
  readonly behind: () => string
}

/** Replaces what `pattern` matches, but not within quotes and comments. What it matches may hold quotes of its own, as an import type does. */
export function replaceInCode(
  text: string,
  pattern: RegExp,
  replaced: (code: string, groups: Groups, surroundings: Surroundings) => string,
): string {
  const parts = new RegExp(`(?<code>${pattern.source})|(?<template>${TEMPLATE})|${COMMENT}|${STRING}`, 'gsu')
  return text.replaceAll(parts, (part: string, ...rest: unknown[]) => {
    const groups = rest.at(-1) as Groups
    const at = rest.at(-3) as number
    const { code, template } = groups
    if (code !== undefined) {
      const before = (): string => text.slice(0, at)
      return replaced(code, groups, { before, behind: () => text.slice(at + code.length) })
    }
    return template === undefined ? part : replaceInTemplate(template, pattern, replaced)
  })
}

function replaceInTemplate(template: string, pattern: RegExp, replaced: Parameters<typeof replaceInCode>[2]): string {
  return template.replaceAll(IN_TEMPLATE, (part: string, ...rest: unknown[]) => {
    const { inner } = rest.at(-1) as Groups
    return inner === undefined ? part : `\${${replaceInCode(inner, pattern, replaced)}}`
  })
}
