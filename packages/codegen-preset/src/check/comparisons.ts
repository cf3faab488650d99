import type { DescribedColumn, DescribedType, QueryDescription } from '../nullability/describe-query.ts'
/** What the compiler is asked once the server has answered: whether the types of a file take what the server says. */
import { CHECKS } from './compile/declarations.ts'
import { type Diagnostic, typesOf } from './compile/diagnostics.ts'
import type { Placement } from './compile/instrument.ts'
import type { Judgement } from './judgement.ts'
import type { QueryModule } from './query-file.ts'
import type { DescribedTexts } from './server/described-texts.ts'

export interface Comparisons {
  readonly placements: readonly Placement[]
  /** Says what only all answers together say. */
  readonly conclude: () => void
}

export function comparisonsOf(judgement: Judgement, module: QueryModule, texts: DescribedTexts): Comparisons {
  return new Comparing(judgement, module, texts).comparisons()
}

class Comparing {
  readonly #judgement: Judgement
  readonly #module: QueryModule
  readonly #texts: DescribedTexts
  readonly #placements: Placement[] = []
  #rowError: Diagnostic | undefined
  #columnErrors = 0
  /** What is wrong with it as rows, and as the value that its only column is to the query around it. */
  readonly #wrongAsRows: string[] = []
  readonly #wrongAsValue: string[] = []
  #isRows = false
  #isValue = false
  /** Whether the type has no such column. */
  #otherColumns = false

  constructor(judgement: Judgement, module: QueryModule, texts: DescribedTexts) {
    this.#judgement = judgement
    this.#module = module
    this.#texts = texts
  }

  comparisons(): Comparisons {
    const { description, type, query } = this.#judgement
    if (description?.kind !== 'statement' && description?.kind !== 'fragment') return { placements: [], conclude }
    if (!query.nested) this.#parameters(description.described)
    if (type !== null && description.kind === 'fragment') this.#value(type, description.column)
    if (type !== null && description.kind === 'statement') {
      const { columns } = description.described
      this.#rows(type, columns)
      const [only, ...more] = columns
      // Without a row it is NULL.
      if (query.nested && only !== undefined && more.length === 0) this.#value(type, { ...only, nullable: true })
    }
    return { placements: this.#placements, conclude: () => this.#conclude() }
  }

  #parameters({ parameters }: QueryDescription): void {
    const { query, untyped } = this.#judgement
    for (const [index, around] of query.text.parameters.entries()) {
      const type = parameters[index]
      if (type === undefined) continue
      if (untyped.has(index)) {
        this.#judgement.leaveUnchecked(`parameter $${index + 1} is of type any`, query.parameterAt(index))
        continue
      }
      const answered = (diagnostic: Diagnostic): void => {
        const types = typesOf(diagnostic)
        const reason =
          types === undefined ? diagnostic.text : `its type is ${types.given}, and the driver takes ${types.wanted}`
        this.#judgement.find(`Parameter $${index + 1} is ${nameOf(type)}: ${reason}`, query.parameterAt(index))
      }
      const open = `${CHECKS}.takes<${orNull(this.#texts.insert(type))}>((`
      this.#placements.push({ around, open, close: '))', check: { answered } })
    }
  }

  #value(type: string, column: DescribedColumn): void {
    this.#isValue = true
    const given = this.#columnText(column, type, 'the value')
    this.#ask(`takes<\n${type}\n>(null! as ${given})`, (diagnostic) => {
      const types = typesOf(diagnostic)
      this.#wrongAsValue.push(
        types === undefined
          ? diagnostic.text
          : `The value can be ${types.given}, which the type ${types.wanted} does not take`,
      )
    })
  }

  #rows(type: string, columns: readonly DescribedColumn[]): void {
    this.#isRows = true
    const byName = new Map<string, string[]>()
    for (const column of columns) {
      const { name } = column
      if (name === null) return this.#judgement.leaveUnchecked('the server does not say what its columns are called')
      const key = JSON.stringify(name)
      const stated = `${CHECKS}.Column<\n${type}\n, ${key}>`
      byName.set(key, [...(byName.get(key) ?? []), this.#columnText(column, stated, `column ${name}`)])
    }
    for (const [key, given] of byName) this.#column(type, key, given.join(' | '))
    this.#ask(
      `nothing(null! as ${CHECKS}.Missing<\n${type}\n, ${[...byName.keys()].join(' | ') || 'never'}>)`,
      (diagnostic) => {
        this.#columnErrors++
        const types = typesOf(diagnostic)
        const text =
          types === undefined ? diagnostic.text : `The type has ${types.given}, which the query does not return`
        this.#wrongAsRows.push(text)
      },
    )
    if (columns.length === 0) return
    const row = [...byName].map(([key, given]) => `${key}: ${given.join(' | ')}`)
    this.#ask(`takes<\n${type}\n>(null! as { ${row.join('; ')} })`, (diagnostic) => {
      this.#rowError = diagnostic
    })
  }

  #column(type: string, key: string, given: string): void {
    const name = JSON.parse(key) as string
    this.#ask(`column<\n${type}\n>(${key})`, (diagnostic) => {
      this.#columnErrors++
      this.#otherColumns = true
      const known = typesOf(diagnostic) !== undefined
      this.#wrongAsRows.push(known ? `The query returns ${name}, which the type does not have` : diagnostic.text)
    })
    this.#ask(`takes<${CHECKS}.Column<\n${type}\n, ${key}>>(null! as ${given})`, (diagnostic) => {
      this.#columnErrors++
      const types = typesOf(diagnostic)
      this.#wrongAsRows.push(
        types === undefined
          ? diagnostic.text
          : `Column ${name} can be ${types.given}, which the type ${types.wanted} does not take`,
      )
    })
  }

  /** What the driver returns in a column, where `stated` is the type for it. */
  #columnText({ type, nullable }: DescribedColumn, stated: string, what: string): string {
    if (type === null) {
      this.#judgement.leaveUnchecked(`the server does not say of which type ${what} is`)
      return 'any'
    }
    const text = this.#texts.select(type, stated)
    return nullable ? orNull(text) : text
  }

  #ask(call: string, answered: (diagnostic: Diagnostic) => void): void {
    const text = this.#module.inSlot(`\n${CHECKS}.${call}\n`)
    this.#placements.push({ at: this.#judgement.query.slot, text, check: { answered } })
  }

  #conclude(): void {
    const asValue = this.#isValue && (this.#otherColumns || !this.#isRows)
    for (const text of asValue ? this.#wrongAsValue : this.#wrongAsRows) this.#judgement.find(text)
    if (!asValue) this.#concludeRows()
  }

  /** A row that does not fit although each column does: the type is a union, or its columns depend on each other. */
  #concludeRows(): void {
    if (this.#rowError === undefined || this.#columnErrors > 0) return
    const types = typesOf(this.#rowError)
    this.#judgement.find(
      types === undefined
        ? this.#rowError.text
        : `A row can be ${types.given}, which the type ${types.wanted} does not take`,
    )
  }
}

function conclude(): void {}

function orNull(text: string): string {
  return `${text} | null`
}

/** As it is called in SQL. */
function nameOf({ schema, name, array }: DescribedType): string {
  return `${schema === 'pg_catalog' ? '' : `${schema}.`}${name}${array ? '[]' : ''}`
}
