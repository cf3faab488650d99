/** The file cannot be generated as asked; the message says what to change. */
export class GenerationError extends Error {
  override readonly name = 'GenerationError'
  readonly code = 'PGWIRE_CODEGEN_FAILED'
}
