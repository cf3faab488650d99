/** The database could not be had: a migration has failed, or what runs migrations is not installed. `cause` has the reason. */
export class SourceError extends Error {
  override readonly name = 'SourceError'
  readonly code = 'PGWIRE_CODEGEN_SOURCE'
}
