/** The words of a statement, as far as they say what a semicolon in it means and what stands behind it: psql goes by the same. */
export class StatementWords {
  /** The first few. */
  readonly #first: string[] = []
  #previous = ''
  #brackets = 0
  /** BEGIN and CASE that wait for their END. */
  #blocks = 0
  #fromStdin = false

  follow(token: string): void {
    const word = token.toLowerCase()
    if (word === '(') this.#brackets++
    if (word === ')') this.#brackets--
    if (/^[a-z_]/.test(word) && this.#first.length < 4) this.#first.push(word)
    if (this.#brackets === 0 && this.#isRoutine) this.#block(word)
    if (this.#brackets === 0 && this.#previous === 'from' && word === 'stdin') this.#fromStdin = true
    this.#previous = word
  }

  /** Whether a semicolon does not end it: in the body of a routine, and among the commands of a rule. */
  get open(): boolean {
    return this.#first[0] === 'create' && (this.#blocks > 0 || this.#brackets > 0)
  }

  /** Whether rows follow, and no statement. */
  get givesRows(): boolean {
    return this.#first[0] === 'copy' && this.#fromStdin
  }

  get #isRoutine(): boolean {
    const [create, or, replace, what] = this.#first
    if (create !== 'create') return false
    return isRoutine(or === 'or' && replace === 'replace' ? what : or)
  }

  #block(word: string): void {
    if (word === 'begin' || (word === 'case' && this.#blocks > 0)) this.#blocks++
    if (word === 'end' && this.#blocks > 0) this.#blocks--
  }
}

function isRoutine(word: string | undefined): boolean {
  return word === 'function' || word === 'procedure'
}
