/** What Kysely passes along with what it may abort. */
export interface AbortableOptions {
  readonly signal?: AbortSignal
}
