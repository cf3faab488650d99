/** An option, a connection string or an environment variable that cannot be used. Never quotes a secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly code = 'PGWIRE_CONFIG'

  /** Whether the same can be asked once more: no, it would fail again. */
  get safeToRetry(): boolean {
    return false
  }
}
