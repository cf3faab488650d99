/**
 * Reads the text in which PostgreSQL stores analysed queries, `pg_node_tree`: `{NODE :field value …}`, lists in parentheses,
 * `<>` for nothing. It knows the form and no node, so a new node is no surprise to it. It gives a tree or says that there is
 * none, whatever it is given.
 *
 * Every field has exactly one value, which is what tells a column that somebody named `:resjunk` from a field.
 */

/** A token's text, without its quotes; an integer and a name look the same here, and whoever asks knows which it is. */
export type TreeValue = string | null | TreeNode | readonly TreeValue[]

export interface TreeNode {
  /** In capitals, as `QUERY`. */
  readonly tag: string
  readonly fields: ReadonlyMap<string, TreeValue>
}

export type TreeReading =
  | { readonly readable: true; readonly value: TreeValue }
  | { readonly readable: false; readonly reason: string }

/** In UTF-16 units. The tree of a statement of 1 MB has some 20. */
export const MAX_TREE_LENGTH: number = 64 * 1024 * 1024
/** What PostgreSQL's own stack allows for is of the same order; reading takes two frames for each. */
export const MAX_TREE_DEPTH = 1_000

/** Reads one value and requires that nothing is behind it. */
export function readNodeTree(text: string): TreeReading {
  if (text.length > MAX_TREE_LENGTH) return { readable: false, reason: 'longer than what is read' }
  const reader = new NodeTreeReader(text)
  const value = reader.value(0)
  if (value === undefined || !reader.atEnd()) {
    return { readable: false, reason: reader.reason ?? `unexpected text at ${reader.at}` }
  }
  return { readable: true, value }
}

const TAB = 9
const NEWLINE = 10
const SPACE = 32
const QUOTE = 34
const OPEN_LIST = 40
const CLOSE_LIST = 41
const COLON = 58
const BACKSLASH = 92
const OPEN_NODE = 123
const CLOSE_NODE = 125

/** Gives undefined for what cannot be read. */
class NodeTreeReader {
  at = 0
  reason: string | undefined
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  atEnd(): boolean {
    return this.#next() === undefined
  }

  value(depth: number): TreeValue | undefined {
    if (depth > MAX_TREE_DEPTH) {
      this.reason = 'nested deeper than what is read'
      return undefined
    }
    const char = this.#next()
    if (char === OPEN_NODE) return this.#node(depth)
    if (char === OPEN_LIST) return this.#list(depth)
    const token = this.#token()
    if (token === undefined) return undefined
    const value = tokenValue(token)
    // The bytes of a constant stand behind their number: `4 [ 1 0 0 0 ]`.
    if (value !== null && this.#next() === 91 && this.#text[this.at + 1] === ' ' && !this.#skipBytes()) return undefined
    return value
  }

  #node(depth: number): TreeNode | undefined {
    this.at++
    const tag = this.#token()
    if (tag === undefined) return undefined
    const fields = new Map<string, TreeValue>()
    for (;;) {
      const char = this.#next()
      if (char === CLOSE_NODE) {
        this.at++
        return { tag, fields }
      }
      if (char !== COLON) return undefined
      const name = this.#token()?.slice(1)
      if (name === undefined || fields.has(name)) return undefined
      const value = this.value(depth + 1)
      if (value === undefined) return undefined
      fields.set(name, value)
    }
  }

  #list(depth: number): readonly TreeValue[] | undefined {
    this.at++
    const items: TreeValue[] = []
    // Lists of integers, OIDs and transaction ids, and sets, begin with a letter; a list of strings with a quote.
    const kind = /[iobx](?=[ )])/y
    kind.lastIndex = this.at
    if (kind.test(this.#text)) this.at++
    for (;;) {
      if (this.#next() === CLOSE_LIST) {
        this.at++
        return items
      }
      const item = this.value(depth + 1)
      if (item === undefined) return undefined
      items.push(item)
    }
  }

  #skipBytes(): boolean {
    const end = this.#text.indexOf(']', this.at)
    if (end === -1) return false
    this.at = end + 1
    return true
  }

  /** The character code of what comes next, behind any space. */
  #next(): number | undefined {
    while (this.at < this.#text.length) {
      const char = this.#text.charCodeAt(this.at)
      if (!isSpace(char)) return char
      this.at++
    }
    return undefined
  }

  /** As it stands, with its backslashes. */
  #token(): string | undefined {
    if (this.#next() === undefined) return undefined
    const start = this.at
    while (this.at < this.#text.length) {
      const char = this.#text.charCodeAt(this.at)
      if (char === BACKSLASH) this.at++
      else if (isSpace(char) || isBracket(char)) break
      this.at++
    }
    if (this.at > this.#text.length) return undefined
    return this.at === start ? undefined : this.#text.slice(start, this.at)
  }
}

function isSpace(char: number): boolean {
  return char === SPACE || char === NEWLINE || char === TAB
}

function isBracket(char: number): boolean {
  return char === OPEN_LIST || char === CLOSE_LIST || char === OPEN_NODE || char === CLOSE_NODE
}

function tokenValue(token: string): string | null {
  if (token === '<>') return null
  const quoted = token.length > 1 && token.charCodeAt(0) === QUOTE && token.charCodeAt(token.length - 1) === QUOTE
  const inner = quoted ? token.slice(1, -1) : token
  return inner.includes('\\') ? inner.replaceAll(/\\([^])/g, '$1') : inner
}
