import type { Catalog } from '../catalog/catalog.ts'

/**
 * A catalog as the file that is kept of it: what is no list of objects stands on one line, so that a change is a changed line.
 */
export function catalogText(catalog: Catalog): string {
  return `${written(catalog, '')}\n`
}

function written(value: unknown, indent: string): string {
  if (!listsObjects(value)) return JSON.stringify(value)
  const inner = `${indent}  `
  const lines = Array.isArray(value)
    ? value.map((item) => inner + written(item, inner))
    : Object.entries(value).map(([name, part]) => `${inner}${JSON.stringify(name)}: ${written(part, inner)}`)
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  return `${open}\n${lines.join(',\n')}\n${indent}${close}`
}

/** Whether it is, or has somewhere, a list with objects in it. */
function listsObjects(value: unknown): value is object {
  if (Array.isArray(value)) return value.some((item) => typeof item === 'object' && item !== null)
  return typeof value === 'object' && value !== null && Object.values(value).some(listsObjects)
}
