/** `schema.table.column` or `schema.type`, the same for no two: a part that has dots or quotes of its own is in quotes. */
export function dottedPath(...parts: readonly string[]): string {
  return parts.map((part) => (/[."]/.test(part) ? `"${part.replaceAll('"', '""')}"` : part)).join('.')
}
