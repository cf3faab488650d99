let warned = false

/** Says once per process that somebody in between could read along. Nobody is told who asked for nothing else. */
export function warnUnverified(): void {
  if (warned) return
  warned = true
  process.emitWarning(
    'A connection is encrypted, but nobody has verified with whom: use sslmode=verify-full, or tls: { ca }',
    { type: 'SecurityWarning', code: 'PGWIRE_TLS_UNVERIFIED' },
  )
}
