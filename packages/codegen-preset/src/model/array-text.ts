const LIST = /^\((?<element>.*) \| null\)\[\]$/s

/**
 * The type of an array with so many dimensions, from that of one dimension as the driver's composer writes it; what is written
 * otherwise (text, a `BoundedArray`) stays as it is. With 0, which is unknown, any number of dimensions has to be expected.
 */
export function arrayText(text: string, dimensions: number): string {
  const element = LIST.exec(text)?.groups?.['element']
  if (element === undefined || dimensions === 1) return text
  if (dimensions === 0) return `import('kysely-pgwire/types').PgArray<${element}>`
  return text + '[]'.repeat(dimensions - 1)
}

const RANGE = /^(?<open>.*\.Range(?:Like)?<)(?<subtype>.*)>$/s

/** The type of a range over arrays: how many dimensions they have is nowhere declared. */
export function arrayRangeText(text: string): string {
  const { open, subtype } = RANGE.exec(text)?.groups ?? {}
  return open === undefined || subtype === undefined ? text : `${open}${arrayText(subtype, 0)}>`
}
