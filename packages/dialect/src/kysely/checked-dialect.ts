import { ConfigError } from '../errors/config-error.ts'
import type { Pool } from '../pool/pool.ts'
import type { DefaultFingerprint } from '../types/profile/fingerprint.ts'
import type { PgTypes } from '../types/profile/profile.ts'
import { PgwireDialect, type PgwireDialectConfig } from './pgwire-dialect.ts'

/**
 * A {@link PgwireDialect} whose values have the types of a generated file: `profile` is what that file exports, the name of the
 * profile that it was generated with.
 *
 * ```ts
 * import { type DB, profile } from './db.ts'
 *
 * const db = new Kysely<DB>({ dialect: checkedDialect(profile, { connection: 'postgres://app@localhost/shop', types }) })
 * ```
 *
 * The compiler refuses a config with other types, as far as it can know them. Throws `ConfigError` for any other profile; a pool
 * that is given is only asked here.
 */
export function checkedDialect<const Profile extends string, Config extends PgwireDialectConfig>(
  profile: Profile,
  config: PgwireDialectConfig & Config & Known<Config> & Agreeing<NoInfer<Profile>, FingerprintIn<Config>>,
): PgwireDialect {
  const dialect = new PgwireDialect(config)
  const { fingerprint } = dialect.types
  if (fingerprint !== profile) {
    throw new ConfigError(
      `The types were generated for another profile than the dialect has. Generate them again, or give the dialect theirs. ` +
        `Theirs: ${profile}. The dialect's: ${fingerprint}`,
    )
  }
  return dialect
}

/** Nothing but what a config has. */
type Known<Config> = { readonly [Name in Exclude<keyof Config, keyof PgwireDialectConfig>]: never }

/** Asks for a profile of this name where there is another. */
type Agreeing<Profile extends string, Fingerprint> = string extends Profile
  ? unknown
  : Profile extends Fingerprint
    ? unknown
    : { readonly types: PgTypes<Profile> }

type FingerprintIn<Config> = Config extends { readonly pool: Pool }
  ? string
  : 'types' extends keyof Config
    ? FingerprintOfTypes<Config['types' & keyof Config]>
    : DefaultFingerprint

type FingerprintOfTypes<Types> = Types extends PgTypes<infer Fingerprint> ? Fingerprint : DefaultFingerprint
