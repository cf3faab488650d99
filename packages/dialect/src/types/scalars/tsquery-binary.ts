import { InvalidValueError } from '../../errors/codec-error.ts'
import { LexemeReader } from './lexeme-reader.ts'

const LEXEME = 1
const OPERATOR = 2

const NOT = 1
const AND = 2
const OR = 3
const PHRASE = 4

/** How tightly an operator binds, by its number; a lexeme needs parentheses nowhere. */
const PRIORITIES = [0, 4, 2, 1, 3]
const LEXEME_PRIORITY = 5

/** The letters of the weights, by their bit from the highest on. */
const WEIGHTS = ['A', 'B', 'C', 'D']

/** A part that has been read: an operator that waits for its operands, or a text. */
type Item = Operator | Expression

interface Operator {
  readonly operator: number
  readonly distance: number
}

interface Expression {
  readonly text: string
  readonly priority: number
}

/**
 * The binary form of a tsquery, as the text that the server prints, with its parentheses.
 *
 * The tree comes with every operator in front of its operands, of two the right one first. Read from its end it needs a
 * stack and no recursion, so that no query is too deep.
 */
export function decodeTsquery(bytes: Buffer, view: DataView, offset: number, length: number): string {
  const items = readItems(new LexemeReader(bytes, view, offset, length))
  const stack: Expression[] = []
  for (const item of items.toReversed()) {
    if ('text' in item) {
      stack.push(item)
      continue
    }
    const right = pop(stack)
    stack.push(item.operator === NOT ? negated(right) : joined(item, pop(stack), right))
  }
  if (stack.length > 1) throw new InvalidValueError('more than one query')
  return stack[0]?.text ?? ''
}

function readItems(reader: LexemeReader): Item[] {
  const items: Item[] = []
  for (let left = reader.uint32(); left > 0; left--) {
    const kind = reader.uint8()
    if (kind !== LEXEME && kind !== OPERATOR) throw new InvalidValueError('neither a lexeme nor an operator')
    items.push(kind === LEXEME ? readLexeme(reader) : readOperator(reader))
  }
  reader.requireEnd()
  return items
}

function readLexeme(reader: LexemeReader): Expression {
  const weights = reader.uint8()
  const prefix = reader.uint8() === 0 ? '' : '*'
  const letters = WEIGHTS.filter((_letter, index) => (weights & (8 >> index)) !== 0).join('')
  const suffix = prefix + letters
  return { text: reader.quoted() + (suffix === '' ? '' : `:${suffix}`), priority: LEXEME_PRIORITY }
}

function readOperator(reader: LexemeReader): Operator {
  const operator = reader.uint8()
  if (operator < NOT || operator > PHRASE) throw new InvalidValueError('an unknown operator')
  return { operator, distance: operator === PHRASE ? reader.uint16() : 0 }
}

function pop(stack: Expression[]): Expression {
  const operand = stack.pop()
  if (operand === undefined) throw new InvalidValueError('an operator without its operands')
  return operand
}

function negated(operand: Expression): Expression {
  const priority = PRIORITIES[NOT]!
  return { text: `!${enclosed(operand, operand.priority < priority)}`, priority }
}

/** Only of a phrase it matters how operands of the same kind are grouped. */
function joined({ operator, distance }: Operator, left: Expression, right: Expression): Expression {
  const priority = PRIORITIES[operator]!
  const phraseInPhrase = operator === PHRASE && right.priority === priority
  return {
    text: `${enclosed(left, left.priority < priority)} ${symbol(operator, distance)} ${enclosed(right, right.priority < priority || phraseInPhrase)}`,
    priority,
  }
}

function enclosed({ text }: Expression, inParentheses: boolean): string {
  return inParentheses ? `( ${text} )` : text
}

function symbol(operator: number, distance: number): string {
  if (operator === AND) return '&'
  if (operator === OR) return '|'
  return distance === 1 ? '<->' : `<${distance}>`
}
