/** Why nothing could be checked at all. */
export class CheckError extends Error {
  override readonly name = 'CheckError'
}
