/** Why a query cannot be described: what the server has against it, or what there is against giving it to the server. */
export class QueryDescriptionError extends Error {
  override readonly name = 'QueryDescriptionError'
  /** The server's SQLSTATE; undefined where the server was not asked. */
  readonly code: string | undefined
  /** Where in the query, counted in characters from 1, as the server does it; undefined where it does not say. */
  readonly position: number | undefined
  readonly detail: string | undefined
  readonly hint: string | undefined

  constructor(message: string, options: QueryDescriptionErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : {})
    this.code = options.code
    this.position = options.position
    this.detail = options.detail
    this.hint = options.hint
  }
}

export interface QueryDescriptionErrorOptions {
  readonly code?: string | undefined
  readonly position?: number | undefined
  readonly detail?: string | undefined
  readonly hint?: string | undefined
  readonly cause?: unknown
}

/** What the server says about a text in which the query stands behind `prefix` characters; undefined where it was not the server. */
export function fromServer(error: unknown, sql: string, prefix: number): QueryDescriptionError | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  const { code } = error
  if (typeof code !== 'string' || !/^(?=.*\d)[\dA-Z]{5}$/.test(code)) return undefined
  const position = Number(field(error, 'position')) - prefix
  const within = position >= 1 && position <= charactersIn(sql) + 1
  return new QueryDescriptionError(error.message, {
    code,
    position: within ? position : undefined,
    detail: field(error, 'detail'),
    hint: field(error, 'hint'),
    cause: error,
  })
}

function field(error: Error, name: string): string | undefined {
  const value: unknown = Reflect.get(error, name)
  return typeof value === 'string' ? value : undefined
}

/** PostgreSQL counts code points. */
function charactersIn(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}
