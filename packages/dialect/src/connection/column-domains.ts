import type { ColumnDomainRow } from '../types/server-types/column-domains-query.ts'
import type { ResultField } from './statement.ts'

/** A column of a table: the table's OID, the column's number, and the type that the server describes it with. */
export type ColumnKey = `${number}.${number}.${number}`

/** Columns remembered, a hundred bytes each: temporary tables come with new OIDs for ever. The oldest go. */
const MAX_COLUMNS = 20_000

/**
 * Which columns of results are of a domain that the user has a codec for. The server describes them with the domain's
 * base type, and has to be asked for each of them once. Nobody is asked where there is no such codec.
 *
 * A column that is altered from a domain to its base type, or back, is described as before. The server refuses a statement
 * that it has prepared with the other; until then, and on connections that have not prepared it, nothing tells.
 */
export class ColumnDomains {
  readonly #names: readonly string[]
  /** The domain's OID; 0 where there is none. */
  readonly #domains = new Map<ColumnKey, number>()
  readonly #doubted = new Set<ColumnKey>()

  /** `names`: see `PgTypes.domainNames`. */
  constructor(names: readonly string[]) {
    this.#names = names
  }

  /** The columns of tables and views among `fields`. An expression has none to ask for. */
  keysOf(fields: readonly ResultField[]): ColumnKey[] {
    if (this.#names.length === 0) return []
    return fields.filter(({ tableOid, columnNumber }) => tableOid !== 0 && columnNumber > 0).map(keyOf)
  }

  unknown(keys: readonly ColumnKey[]): ColumnKey[] {
    return [...new Set(keys)].filter((key) => !this.#domains.has(key) || this.#doubted.has(key))
  }

  /** The OIDs of the domains of those columns that are known to have one. */
  domainsOf(keys: readonly ColumnKey[]): number[] {
    return keys.map((key) => this.#domains.get(key) ?? 0).filter((oid) => oid !== 0)
  }

  /** The OID of the column's domain, or 0. */
  domainOf(field: ResultField): number {
    return this.#domains.get(keyOf(field)) ?? 0
  }

  /** Whether two descriptions of a column are of the same domain, or of none, as far as is known. */
  same(one: ResultField, other: ResultField): boolean {
    if (this.#names.length === 0 || keyOf(one) === keyOf(other)) return true
    const unknown = this.unknown(this.keysOf([one, other]))
    return unknown.length === 0 && this.domainOf(one) === this.domainOf(other)
  }

  /** The parameters of `columnDomainsQuery` that ask for columns. */
  parametersFor(keys: readonly ColumnKey[]): readonly unknown[] {
    const parts = keys.map((key) => key.split('.'))
    return [parts.map(([tableOid]) => tableOid), parts.map(([, columnNumber]) => columnNumber), this.#names]
  }

  /** Keeps the answer for `keys`. Returns whether one of them has another domain than before. */
  add(keys: readonly ColumnKey[], rows: readonly ColumnDomainRow[]): boolean {
    const found = new Map(rows.map((row) => [`${row.table_oid}.${row.column_number}`, row.domain_oid]))
    let changed = false
    for (const key of keys) {
      const domain = found.get(key.slice(0, key.lastIndexOf('.'))) ?? 0
      const before = this.#domains.get(key)
      changed ||= before !== undefined && before !== domain
      this.#domains.delete(key)
      this.#domains.set(key, domain)
      this.#doubted.delete(key)
    }
    for (const oldest of this.#domains.keys()) {
      if (this.#domains.size <= MAX_COLUMNS) break
      this.#domains.delete(oldest)
      this.#doubted.delete(oldest)
    }
    return changed
  }

  /** Has the columns among `fields` asked for again before the next statement with them is described. */
  doubt(fields: readonly ResultField[]): void {
    for (const key of this.keysOf(fields)) if (this.#domains.has(key)) this.#doubted.add(key)
  }

  clear(): void {
    this.#domains.clear()
    this.#doubted.clear()
  }
}

function keyOf({ tableOid, columnNumber, typeOid }: ResultField): ColumnKey {
  return `${tableOid}.${columnNumber}.${typeOid}`
}
