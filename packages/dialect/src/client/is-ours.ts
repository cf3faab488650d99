/** Whether an error is the driver's or the server's: those say what is known of the statement. */
export function isOurs(error: unknown): error is Error {
  return error instanceof Error && 'outcome' in error
}
