/** An identifier, whatever is in it. */
export function quotedIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A literal, whatever `standard_conforming_strings` says. */
export function quotedLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`
  return text.includes('\\') ? ` E${quoted.replaceAll('\\', '\\\\')}` : quoted
}

export function quotedList(names: readonly string[]): string {
  return `(${names.map(quotedIdentifier).join(', ')})`
}
