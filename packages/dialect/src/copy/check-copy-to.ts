/** What is wrong with the options of a COPY TO, as far as it shows without the server. The rest the server tells. */
import { UsageError } from '../errors/usage-error.ts'
import type { CopyFormat } from './copy-options.ts'

/** Below this, only csv has a header. */
const TEXT_HEADER_SINCE = 15

type Check = (value: unknown) => boolean

const isString: Check = (value) => typeof value === 'string'
const isByte: Check = (value) => typeof value === 'string' && /^[\0-\x7f]$/.test(value)
const isBoolean: Check = (value) => typeof value === 'boolean'
const areNames: Check = (value) => Array.isArray(value) && value.length > 0 && value.every((name) => isName(name))
const areNamesOrAll: Check = (value) => value === '*' || areNames(value)

interface Option {
  readonly is: Check
  readonly kind: string
  readonly formats: readonly CopyFormat[]
}

const NAMES = 'a list of at least one name'

const dataOptions: Readonly<Record<string, Option>> = {
  delimiter: { is: isByte, kind: 'one character of ASCII', formats: ['text', 'csv'] },
  null: { is: isString, kind: 'a string', formats: ['text', 'csv'] },
  header: { is: isBoolean, kind: 'a boolean', formats: ['text', 'csv'] },
  quote: { is: isByte, kind: 'one character of ASCII', formats: ['csv'] },
  escape: { is: isByte, kind: 'one character of ASCII', formats: ['csv'] },
  forceQuote: { is: areNamesOrAll, kind: `'*' or ${NAMES}`, formats: ['csv'] },
  encoding: { is: isString, kind: 'a string', formats: ['text', 'csv', 'binary'] },
}

const otherOptions: ReadonlySet<string> = new Set(['format', 'columns', 'signal', 'types', 'replica'])

/** Throws `UsageError`. `major`: the server's version, or 0 where it tells none. */
export function checkCopyTo(options: object, major: number): void {
  const { format = 'text', columns } = options as { format?: unknown; columns?: unknown }
  if (format !== 'text' && format !== 'csv' && format !== 'binary' && format !== 'rows') {
    throw new UsageError('The format of a COPY TO is text, csv, binary or rows')
  }
  if (columns !== undefined && !areNames(columns)) throw new UsageError(`The option columns must be ${NAMES}`)
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && !otherOptions.has(name)) checkOption(name, value, format, major)
  }
}

function checkOption(name: string, value: unknown, format: CopyFormat | 'rows', major: number): void {
  if (format === 'rows' && name === 'rowMode') {
    if (value === 'object' || value === 'array') return
    throw new UsageError('The option rowMode must be object or array')
  }
  const option = Object.hasOwn(dataOptions, name) ? dataOptions[name] : undefined
  if (option === undefined) throw new UsageError(`COPY TO has no option ${JSON.stringify(name)}`)
  if (format === 'rows' || !option.formats.includes(format)) {
    throw new UsageError(`The option ${name} is not for the format ${format}`)
  }
  if (!option.is(value)) throw new UsageError(`The option ${name} must be ${option.kind}`)
  if (name === 'header' && value === true && format === 'text' && major !== 0 && major < TEXT_HEADER_SINCE) {
    throw new UsageError(
      `A header in the format text needs PostgreSQL ${TEXT_HEADER_SINCE}, and the server is ${major}`,
    )
  }
}

export function isName(name: unknown): boolean {
  return typeof name === 'string' && name !== ''
}
