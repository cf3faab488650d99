/** Beyond this, all are forgotten: each is found again when its plan fails the next time. */
const MAX_STALE_PLANS = 256

/**
 * Statements for which the server had a plan that was out of date: their columns are not what they were when they were
 * prepared. To prepare such a statement again, under another name, gives it a new plan; but not behind a pooler that calls
 * statements by names of its own, as PgBouncer does from 1.21 on. It has one name for each text, and so every Parse of the same
 * text leads to the old plan, for as long as its connections of the server live. There they are executed without a name.
 */
export class StalePlans {
  readonly #suspected = new Set<string>()
  readonly #pooled = new Set<string>()

  /** The server has refused a plan. Whether a pooler keeps it is not known yet. */
  suspect(sql: string): void {
    add(this.#suspected, sql)
  }

  /** Whether it has to be found out if a pooler keeps the plan of `sql`. */
  isSuspected(sql: string): boolean {
    return this.#suspected.size > 0 && this.#suspected.has(sql)
  }

  /** It is known now whether there is a pooler. */
  settle(sql: string, pooled: boolean): void {
    this.#suspected.delete(sql)
    if (pooled) add(this.#pooled, sql)
  }

  /** Whether a pooler keeps an outdated plan of `sql`. */
  isPooled(sql: string): boolean {
    return this.#pooled.size > 0 && this.#pooled.has(sql)
  }
}

function add(texts: Set<string>, sql: string): void {
  if (texts.size >= MAX_STALE_PLANS) texts.clear()
  texts.add(sql)
}
