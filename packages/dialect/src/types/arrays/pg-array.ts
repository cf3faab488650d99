/** An array of any number of dimensions, with null for NULL: PostgreSQL does not enforce the number that a column declares. */
export type PgArray<T> = (T | null)[] | PgArray<T>[]
