/** What a type is called in one database: what a codec made from others cannot know from them. */
export interface TypeIdentity {
  /** `pg_type.typname`. */
  readonly name: string
  /** `pg_type.oid`. Default: 0, for a type that is found by its name. */
  readonly oid?: number
  /** `pg_type.typarray`. Default: 0. */
  readonly arrayOid?: number
  /** `pg_type.typdelim`. Default: a comma. */
  readonly delimiter?: string
}
