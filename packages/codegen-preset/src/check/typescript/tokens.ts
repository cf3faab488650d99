/**
 * TypeScript's source as tokens: as far as it takes to know what is code, and what stands in strings, comments, regular expressions
 * and templates. It does not parse. What it cannot take apart it says so of, instead of guessing on.
 */

/** A part of a text, from `start` up to `end`. */
export interface Span {
  readonly start: number
  readonly end: number
}

export interface Token extends Span {
  readonly kind: 'comment' | 'number' | 'punctuation' | 'regex' | 'string' | 'template' | 'word'
  /** Of a template: the literal parts. There is one more of them than of expressions. */
  readonly chunks: readonly Span[]
  /** Of a template: what stands within `${` and `}`. */
  readonly expressions: readonly TokenGroup[]
}

export interface TokenGroup extends Span {
  readonly tokens: readonly Token[]
}

export type Scan =
  | { readonly readable: true; readonly tokens: readonly Token[] }
  | { readonly readable: false; readonly reason: string; readonly at: number }

/** Templates within templates. */
const MAX_DEPTH = 100

const SPACE = /[\s\ufeff]+/y
const WORD = /[#@]?[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/uy
const NUMBER = /\.?\d[\w.]*/y
const COMPOUND = /=>|\?\.(?!\d)|\+\+|--/y

/** Behind these words a slash begins a regular expression. */
const OPERATORS = new Set(
  'await case delete do else extends in instanceof new of return throw typeof void yield'.split(' '),
)
/** The parentheses behind these words are no operand. */
const HEADS = new Set(['if', 'while', 'for', 'with'])

export function scanTypescript(text: string): Scan {
  try {
    return { readable: true, tokens: new Scanner(text).tokens() }
  } catch (error) {
    if (error instanceof Unreadable) return { readable: false, reason: error.reason, at: error.at }
    throw error
  }
}

class Unreadable extends Error {
  readonly reason: string
  readonly at: number

  constructor(reason: string, at: number) {
    super(reason)
    this.reason = reason
    this.at = at
  }
}

class Scanner {
  readonly #text: string
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  tokens(): readonly Token[] {
    if (this.#text.startsWith('#!')) this.#at = this.#endOfLine()
    const tokens = this.#group(false)
    if (this.#at < this.#text.length) throw new Unreadable('a brace in it has no begin', this.#at)
    return tokens
  }

  /** Up to the end, or to the brace that ends an expression in a template. */
  #group(inTemplate: boolean): Token[] {
    const tokens: Token[] = []
    const context = new Context(this.#text)
    let braces = 0
    for (;;) {
      this.#at = matchEnd(SPACE, this.#text, this.#at)
      const char = this.#text[this.#at]
      if (char === undefined) return tokens
      if (char === '{') braces++
      if (char === '}' && braces-- === 0) {
        if (inTemplate) return tokens
        throw new Unreadable('a brace in it has no begin', this.#at)
      }
      const token = this.#token(char, context)
      tokens.push(token)
      context.follow(token)
    }
  }

  #token(char: string, context: Context): Token {
    const start = this.#at
    const text = this.#text
    if (text.startsWith('//', start)) return this.#plain('comment', this.#endOfLine())
    if (text.startsWith('/*', start)) {
      const end = text.indexOf('*/', start + 2)
      if (end === -1) throw new Unreadable('a comment in it has no end', start)
      return this.#plain('comment', end + 2)
    }
    if (char === '`') return this.#template()
    if (char === "'" || char === '"') {
      const end = stringEnd(text, start)
      // Text between tags may have an apostrophe.
      return this.#plain(end === undefined ? 'punctuation' : 'string', end ?? start + 1)
    }
    if (char === '/' && context.expectsOperand) {
      const end = regexEnd(text, start)
      if (end !== undefined) return this.#plain('regex', end)
    }
    const word = matchEnd(WORD, text, start)
    if (word > start) return this.#plain('word', word)
    const number = matchEnd(NUMBER, text, start)
    if (number > start) return this.#plain('number', number)
    return this.#plain('punctuation', Math.max(matchEnd(COMPOUND, text, start), start + 1))
  }

  #plain(kind: Token['kind'], end: number): Token {
    const start = this.#at
    this.#at = end
    return { kind, start, end, chunks: [], expressions: [] }
  }

  #template(): Token {
    const start = this.#at
    if (++this.#depth > MAX_DEPTH) throw new Unreadable('templates in it are nested too deep', start)
    const chunks: Span[] = []
    const expressions: TokenGroup[] = []
    this.#at++
    for (let chunk = this.#at; ;) {
      const char = this.#text[this.#at]
      if (char === undefined) throw new Unreadable('a template in it has no end', start)
      if (char === '`') {
        chunks.push({ start: chunk, end: this.#at++ })
        this.#depth--
        return { kind: 'template', start, end: this.#at, chunks, expressions }
      }
      if (this.#text.startsWith('${', this.#at)) {
        chunks.push({ start: chunk, end: this.#at })
        this.#at += 2
        const from = this.#at
        const tokens = this.#group(true)
        if (this.#at >= this.#text.length) throw new Unreadable('a template in it has no end', start)
        expressions.push({ start: from, end: this.#at, tokens })
        chunk = ++this.#at
      } else {
        this.#at += char === '\\' ? 2 : 1
      }
    }
  }

  #endOfLine(): number {
    return matchEnd(/[^\n\r\u2028\u2029]*/y, this.#text, this.#at)
  }
}

/** What stands before, which decides what a slash means. */
class Context {
  readonly #text: string
  #previous: Token | undefined
  #previousText = ''
  /** For each open parenthesis, whether what it ends is no operand. */
  readonly #heads: boolean[] = []
  expectsOperand = true

  constructor(text: string) {
    this.#text = text
  }

  follow(token: Token): void {
    if (token.kind === 'comment') return
    const before = this.#previousText
    const operandBefore = !this.expectsOperand
    const text = token.kind === 'punctuation' || token.kind === 'word' ? this.#text.slice(token.start, token.end) : ''
    this.expectsOperand = this.#expectsBehind(token, text, before, operandBefore)
    this.#previous = token
    this.#previousText = text
  }

  #expectsBehind(token: Token, text: string, before: string, operandBefore: boolean): boolean {
    if (token.kind === 'word') return OPERATORS.has(text) && before !== '.' && before !== '?.'
    if (token.kind !== 'punctuation') return false
    if (text === '(') this.#heads.push(HEADS.has(before))
    if (text === ')') return this.#heads.pop() ?? false
    if (text === ']' || text === '}' || text === '++' || text === '--') return false
    // `</` begins the end of a tag.
    if (text === '<' && this.#text[token.end] === '/') return false
    // `value! / 2`
    if (text === '!' && operandBefore) return this.#previous?.end !== token.start
    return true
  }
}

/** Behind a string's end; undefined for one that does not end in its line. */
function stringEnd(text: string, start: number): number | undefined {
  const quote = text[start]
  for (let at = start + 1; at < text.length; at++) {
    const char = text[at]
    if (char === quote) return at + 1
    if (char === '\n' || char === '\r') return undefined
    if (char === '\\') at += text.startsWith('\r\n', at + 1) ? 2 : 1
  }
  return undefined
}

/** Behind a regular expression and its flags; undefined where none ends in the line. */
function regexEnd(text: string, start: number): number | undefined {
  let inClass = false
  for (let at = start + 1; at < text.length; at++) {
    const char = text[at]!
    if (/[\n\r\u2028\u2029]/.test(char)) return undefined
    if (char === '\\') at++
    else if (char === '[') inClass = true
    else if (char === ']') inClass = false
    else if (char === '/' && !inClass) return matchEnd(/\w*/y, text, at + 1)
  }
  return undefined
}

/** Where a sticky pattern that begins at `at` ends; `at` where it does not match. */
function matchEnd(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : at
}
