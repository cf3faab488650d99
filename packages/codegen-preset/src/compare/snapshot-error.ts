/** A file that should keep a catalog keeps none, or one of another format. What stands in it is not repeated. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError'
  readonly code = 'PGWIRE_CODEGEN_SNAPSHOT'
}
