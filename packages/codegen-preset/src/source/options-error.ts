/** What was asked for cannot be done as it was written: an unknown option, a file that is not there, a variable without a value. */
export class OptionsError extends Error {
  override readonly name = 'OptionsError'
  readonly code = 'PGWIRE_CODEGEN_OPTIONS'
}
