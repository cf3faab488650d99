/** The version of a server. */
export interface ServerVersion {
  readonly major: number
  /** 0 for a version that is not finished. From PostgreSQL 10 on, the whole version is two numbers. */
  readonly minor: number
}

/** A number, and what follows it: `.4`, `beta1`, `devel`. */
const VERSION = /(\d+)(?:\.(\d+))?/

/**
 * Reads `server_version`: `18.4`, `19beta1`, `17.2 (Debian 17.2-1.pgdg120+1)`. Before 10 the major version is two numbers,
 * of which this is the first. What has no number is version 0.
 */
export function parseServerVersion(version: string): ServerVersion {
  const [, major = '0', minor = '0'] = VERSION.exec(version) ?? []
  return { major: Number(major), minor: Number(minor) }
}
