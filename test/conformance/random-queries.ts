import type { Random } from '../support/random.ts'

type ValueType = 'int4' | 'text' | 'bool'

interface SourceColumn {
  readonly name: string
  readonly type: ValueType
}

/** Something with columns that a query can read from: a table, a view, an entry of FROM. */
export interface Source {
  readonly name: string
  readonly columns: readonly SourceColumn[]
}

export interface RandomQuery {
  readonly sql: string
  readonly columns: readonly SourceColumn[]
}

/** Statements that make tables with data: NULL wherever it is allowed, some tables empty. */
export function randomTables(random: Random, count: number): { readonly sql: string; readonly tables: Source[] } {
  const statements: string[] = []
  const tables: Source[] = []
  for (let number = 0; number < count; number++) {
    const name = `t${number}`
    // `k` is in all of them, for USING.
    const columns: SourceColumn[] = [{ name: 'k', type: 'int4' }]
    for (let each = 0; each < random.between(2, 4); each++) {
      columns.push({
        name: `${random.pick(['a', 'b', 'c'])}${number}${each}`,
        type: random.pick(['int4', 'int4', 'text', 'bool']),
      })
    }
    const notNull = columns.map(() => random.pick([true, false]))
    const declared = columns.map(
      (column, index) => `${column.name} ${column.type}${notNull[index] === true ? ' not null' : ''}`,
    )
    statements.push(`create table ${name} (${declared.join(', ')})`)
    for (let row = random.between(0, 5); row > 0; row--) {
      const values = columns.map(({ type }, index) => {
        return notNull[index] !== true && random.between(1, 3) === 1 ? 'null' : literal(random, type)
      })
      statements.push(`insert into ${name} values (${values.join(', ')})`)
    }
    tables.push({ name, columns })
  }
  return { sql: statements.join(';\n'), tables }
}

function literal(random: Random, type: ValueType): string {
  if (type === 'int4') return String(random.between(0, 4))
  if (type === 'bool') return random.pick(['true', 'false'])
  return `'${random.pick(['', 'x', 'Y', 'xy'])}'`
}

/** A query over the sources. Most of them run; a few are refused, as where types of set operations are unknown. */
export function randomQuery(random: Random, sources: readonly Source[]): RandomQuery {
  return new QueryWriter(random, sources).statement(3)
}

class QueryWriter {
  readonly #random: Random
  readonly #sources: readonly Source[]
  #aliases = 0

  constructor(random: Random, sources: readonly Source[]) {
    this.#random = random
    this.#sources = sources
  }

  statement(depth: number, outer: readonly Source[] = [], known: readonly Source[] = this.#sources): RandomQuery {
    const kind = this.#random.between(1, depth > 0 ? 12 : 7)
    if (kind <= 7) return this.#select(depth, outer, known)
    if (kind <= 8) return this.#combination(depth, outer, known)
    if (kind <= 9) return this.#recursion(depth, outer, known)
    const cte = this.statement(depth - 1, outer, known)
    const name = this.#alias('w')
    const materialized = this.#random.pick(['', 'materialized ', 'not materialized '])
    const query = this.statement(depth - 1, outer, [
      ...known,
      { name, columns: cte.columns },
      { name, columns: cte.columns },
    ])
    const names = query.columns.map((column) => column.name).join(', ')
    return {
      sql: `with ${name} as ${materialized}(${cte.sql}) select * from (${query.sql}) ${this.#alias('u')} (${names})`,
      columns: query.columns,
    }
  }

  #select(depth: number, outer: readonly Source[], known: readonly Source[]): RandomQuery {
    const from = this.#chance(8) ? { sql: '', scope: [] } : this.#from(depth, outer, known)
    const scope = [...outer, ...from.scope]
    const where = this.#chance(3) ? ` where ${this.#condition(depth, scope, known)}` : ''
    const kind = from.sql === '' ? 1 : this.#random.between(1, 8)
    const types = Array.from({ length: this.#random.between(1, 3) }, () => this.#type())
    const tail = this.#chance(5) ? ` limit ${this.#random.between(0, 3)}` : ''
    if (kind <= 4) {
      const distinct = this.#chance(6) ? 'distinct ' : ''
      const targets = types.map((type) => this.#expression(type, depth, scope, known))
      return this.#written(`select ${distinct}`, targets, types, `${from.sql}${where}${tail}`)
    }
    if (kind === 5) {
      const targets = types.map((type) =>
        type === 'int4' ? this.#windowCall(scope, depth, known) : this.#expression(type, depth, scope, known),
      )
      return this.#written('select ', targets, types, `${from.sql}${where}${tail}`)
    }
    // What is grouped by is written once more as a target, or goes into an aggregate.
    const groups = kind === 6 ? [] : types.map((type) => this.#grouped(type, depth, scope, known))
    const targets = types.map((type, index) => {
      const group = groups[index]
      return group === undefined || this.#chance(3)
        ? this.#aggregate(type, depth, scope, known)
        : this.#chance(4)
          ? this.#around(type, group)
          : group
    })
    const sets = this.#random.pick(['', '', 'rollup', 'cube', 'sets'])
    const list = groups.join(', ')
    const grouping =
      groups.length === 0
        ? ''
        : sets === ''
          ? ` group by ${list}`
          : sets === 'sets'
            ? ` group by grouping sets (${groups.map((group) => `(${group})`).join(', ')}, (${list}))`
            : ` group by ${sets} (${list})`
    return this.#written('select ', targets, types, `${from.sql}${where}${grouping}${tail}`)
  }

  #combination(depth: number, outer: readonly Source[], known: readonly Source[]): RandomQuery {
    const types = Array.from({ length: this.#random.between(1, 2) }, () => this.#type())
    const side = () => {
      const from = this.#from(depth - 1, outer, known)
      const scope = [...outer, ...from.scope]
      const targets = types.map((type) => this.#expression(type, depth - 1, scope, known))
      return this.#written('select ', targets, types, from.sql)
    }
    const first = side()
    const operator = () =>
      this.#random.pick(['union', 'union all', 'intersect', 'intersect all', 'except', 'except all'])
    let sql = `(${first.sql}) ${operator()} (${side().sql})`
    if (this.#chance(3)) sql = `(${sql}) ${operator()} (${side().sql})`
    if (this.#chance(3)) sql = `(${side().sql}) ${operator()} (${sql})`
    return {
      sql: `select * from (${sql}) ${this.#alias('u')} (${first.columns.map(({ name }) => name).join(', ')})`,
      columns: first.columns,
    }
  }

  #recursion(depth: number, outer: readonly Source[], known: readonly Source[]): RandomQuery {
    const name = this.#alias('r')
    const columns: SourceColumn[] = ['p', 'q'].map((each) => ({ name: this.#alias(each), type: 'int4' }))
    const itself: Source = { name, columns: [{ name: 'step', type: 'int4' }, ...columns] }
    const start = columns.map(() => this.#expression('int4', 0, outer, known)).join(', ')
    const from = this.#chance(2) ? { sql: '', scope: [] } : this.#from(0, [], this.#sources)
    const join =
      from.sql === ''
        ? ''
        : ` ${this.#random.pick(['left join', 'join'])} (select * ${from.sql}) ${this.#alias('s')} on true`
    const next = columns.map(() => this.#expression('int4', 0, [itself], known)).join(', ')
    const recursive = `select 1, ${start} union all (select step + 1, ${next} from ${name}${join} where step < 3 limit 20)`
    const query = this.#select(depth - 1, outer, [...known, itself, itself, itself])
    const list = itself.columns.map((column) => column.name).join(', ')
    return { sql: `with recursive ${name} (${list}) as (${recursive}) ${query.sql}`, columns: query.columns }
  }

  #from(
    depth: number,
    outer: readonly Source[],
    known: readonly Source[],
  ): { readonly sql: string; readonly scope: Source[] } {
    const first = this.#entry(depth, outer, known)
    let sql = first.sql
    let scope = [first.source]
    for (let joins = this.#random.pick([0, 1, 1, 2, 3]); joins > 0; joins--) {
      const kind = this.#random.pick(['join', 'left join', 'left join', 'right join', 'full join', 'cross join'])
      // Only to the right of a join that keeps its left side can what is on that side be meant.
      const beside = kind === 'right join' || kind === 'full join' ? undefined : scope
      const next = this.#entry(depth, outer, known, beside)
      const both = [...scope, next.source]
      if (kind === 'cross join') sql = `${sql} cross join ${next.sql}`
      else if (kind === 'full join') sql = `${sql} full join ${next.sql} on ${this.#equality(scope, [next.source])}`
      else
        sql = `${sql} ${kind} ${next.sql} on ${this.#chance(3) ? this.#condition(0, both, known) : this.#equality(scope, [next.source])}`
      scope = both
      if (this.#chance(4)) sql = `(${sql})`
    }
    if (this.#chance(5)) {
      const next = this.#entry(depth, outer, known, scope)
      sql = `${sql}, ${next.sql}`
      scope = [...scope, next.source]
    }
    return { sql: ` from ${sql}`, scope }
  }

  /** An entry of FROM; a subquery may refer to what is beside it. */
  #entry(
    depth: number,
    outer: readonly Source[],
    known: readonly Source[],
    beside?: readonly Source[],
  ): { readonly sql: string; readonly source: Source } {
    const alias = this.#alias('x')
    const kind = this.#random.between(1, depth > 0 ? 12 : 7)
    if (kind === 6) {
      const rows = Array.from(
        { length: this.#random.between(1, 3) },
        () => `(${this.#chance(4) ? 'null' : literal(this.#random, 'int4')}, ${literal(this.#random, 'text')})`,
      )
      const columns: SourceColumn[] = [
        { name: 'v', type: 'int4' },
        { name: 'w', type: 'text' },
      ]
      return { sql: `(values ${rows.join(', ')}, (1, 'x')) as ${alias} (v, w)`, source: { name: alias, columns } }
    }
    if (kind === 7) {
      const columns: SourceColumn[] = [
        { name: 'g', type: 'int4' },
        { name: 'n', type: 'int4' },
      ]
      return {
        sql: `(select g::int4, n::int4 from generate_series(1, 3) with ordinality as g (g, n)) as ${alias}`,
        source: { name: alias, columns },
      }
    }
    if (kind === 8) {
      // The columns of a join under a name of its own, with one for both of what is joined by.
      const left = this.#random.between(0, this.#sources.length - 1)
      const one = this.#sources[left]!
      const other = this.#sources[(left + 1) % this.#sources.length]!
      if (hasKey(one) && hasKey(other)) {
        const join = this.#random.pick(['join', 'left join', 'right join', 'full join'])
        const columns = [...one.columns, ...other.columns.filter(({ name }) => name !== 'k')]
        return { sql: `(${one.name} ${join} ${other.name} using (k)) as ${alias}`, source: { name: alias, columns } }
      }
    }
    if (kind >= 9) {
      const lateral = beside !== undefined && this.#chance(2)
      const query = this.statement(depth - 1, lateral ? [...outer, ...beside] : outer, known)
      return {
        sql: `${lateral ? 'lateral ' : ''}(${query.sql}) as ${alias}`,
        source: { name: alias, columns: query.columns },
      }
    }
    const source = known[this.#random.between(0, known.length - 1)]!
    return { sql: `${source.name} as ${alias}`, source: { name: alias, columns: source.columns } }
  }

  #expression(type: ValueType, depth: number, scope: readonly Source[], known: readonly Source[]): string {
    const again = (other: ValueType = type) => this.#expression(other, depth - 1, scope, known)
    const kind = this.#random.between(1, depth > 0 ? 15 : 5)
    if (kind <= 5)
      return (
        (kind <= 4 ? this.#column(type, scope) : undefined) ??
        (this.#chance(5) ? `null::${type}` : `${literal(this.#random, type)}::${type}`)
      )
    if (kind === 6) return `coalesce(${again()}, ${again()})`
    if (kind === 7) return `case when ${this.#condition(depth - 1, scope, known)} then ${again()} else ${again()} end`
    if (kind === 8) return `case when ${this.#condition(depth - 1, scope, known)} then ${again()} end`
    if (kind === 9) return `nullif(${again()}, ${again()})`
    if (kind === 10)
      return `${this.#random.pick(['greatest', 'least'])}(${again('int4')}, ${again('int4')})::${type === 'int4' ? 'int4' : type === 'bool' ? 'int4::bool' : 'text'}`
    if (kind === 11) {
      const query = this.#scalar(type, depth - 1, scope, known)
      return `(${query})`
    }
    if (type === 'int4')
      return this.#random.pick([
        `(${again()} + ${again()})`,
        `abs(${again()})`,
        `length(${again('text')})`,
        `(${again()} % 3)`,
      ])
    if (type === 'bool') return `(${this.#condition(depth - 1, scope, known)})`
    return this.#random.pick([
      `(${again()} || ${again()})`,
      `lower(${again()})`,
      `${again('int4')}::text`,
      `substr(${again()}, 1, 1)`,
      `concat(${again()}, ${again()})`,
    ])
  }

  #condition(depth: number, scope: readonly Source[], known: readonly Source[]): string {
    const again = (type: ValueType) => this.#expression(type, depth - 1, scope, known)
    const kind = this.#random.between(1, depth > 0 ? 10 : 6)
    const type = this.#type()
    if (kind <= 2) return `${again('int4')} ${this.#random.pick(['=', '<', '<=', '<>'])} ${again('int4')}`
    if (kind === 3) return `${this.#column(type, scope) ?? again(type)} is not null`
    if (kind === 4) return `${again(type)} is null`
    if (kind === 5) return `${again(type)} is distinct from ${again(type)}`
    if (kind === 6) return `${again('int4')} in (1, ${again('int4')})`
    if (kind === 7)
      return `(${this.#condition(depth - 1, scope, known)} ${this.#random.pick(['and', 'or'])} ${this.#condition(depth - 1, scope, known)})`
    if (kind === 8) return `not (${this.#condition(depth - 1, scope, known)})`
    if (kind === 9) return `exists (${this.#select(depth - 1, scope, known).sql})`
    return `(${again('bool')}) is true`
  }

  #scalar(type: ValueType, depth: number, scope: readonly Source[], known: readonly Source[]): string {
    const from = this.#chance(3) ? { sql: '', scope: [] } : this.#from(0, scope, known)
    const inside = [...scope, ...from.scope]
    const where = this.#chance(2) ? ` where ${this.#condition(0, inside, known)}` : ''
    if (from.sql !== '' && this.#chance(2))
      return `select ${this.#aggregate(type, 0, from.scope, known)} ${from.sql}${where}`
    return `select ${this.#expression(type, depth, inside, known)} ${from.sql}${where}${this.#random.pick([' limit 1', ' limit 1', ' offset 0 limit 1'])}`
  }

  #aggregate(type: ValueType, depth: number, scope: readonly Source[], known: readonly Source[]): string {
    const value = this.#grouped(type, depth, scope, known)
    const filter = this.#chance(5) ? ` filter (where ${this.#condition(0, scope, known)})` : ''
    if (type === 'bool') return `${this.#random.pick(['bool_and', 'bool_or'])}(${value})${filter}`
    if (type === 'text')
      return this.#random.pick([
        `max(${value})${filter}`,
        `string_agg(${value}, ',')${filter}`,
        `array_agg(${value})${filter}::text`,
      ])
    return this.#random.pick([
      `count(*)${filter}::int4`,
      `count(${value})${filter}::int4`,
      `sum(${value})${filter}::int4`,
      `max(${value})${filter}`,
      `coalesce(min(${value})${filter}, 0)`,
    ])
  }

  #windowCall(scope: readonly Source[], depth: number, known: readonly Source[]): string {
    const value = this.#expression('int4', depth - 1, scope, known)
    const order = this.#column('int4', scope) ?? '1'
    const frame = this.#random.pick([
      '',
      ' rows between 1 preceding and current row',
      ' rows between 1 following and 2 following',
      ' groups between current row and unbounded following exclude ties',
      ' rows between unbounded preceding and unbounded following exclude current row',
    ])
    const window = `over (${this.#chance(2) ? `partition by ${order} ` : ''}order by ${order}${frame})`
    const called = this.#random.pick([
      'row_number()',
      'rank()',
      `lag(${value})`,
      `count(${value})`,
      `sum(${value})`,
      `max(${value})`,
      `first_value(${value})`,
      `ntile(2)`,
    ])
    return `(${called} ${window})::int4`
  }

  /** Without a query in it, for a column of that could not be grouped. */
  #grouped(type: ValueType, depth: number, scope: readonly Source[], known: readonly Source[]): string {
    const expression = this.#expression(type, Math.min(depth, 1), scope, known)
    return /select|null::|^'|^\d|^true|^false/.test(expression)
      ? (this.#column(type, scope) ?? literal(this.#random, type) + '::' + type)
      : expression
  }

  #around(type: ValueType, value: string): string {
    return this.#random.pick([
      `coalesce(${value}, ${literal(this.#random, type)}::${type})`,
      `case when ${value} is null then ${value} else ${value} end`,
    ])
  }

  #equality(left: readonly Source[], right: readonly Source[]): string {
    const one = this.#column('int4', left)
    const other = this.#column('int4', right)
    return one === undefined || other === undefined ? 'true' : `${one} = ${other}`
  }

  #column(type: ValueType, scope: readonly Source[]): string | undefined {
    const found = scope.flatMap(({ name, columns }) =>
      columns.filter((column) => column.type === type).map((column) => `${name}.${column.name}`),
    )
    return found.length === 0 ? undefined : found[this.#random.between(0, found.length - 1)]
  }

  #written(head: string, targets: readonly string[], types: readonly ValueType[], tail: string): RandomQuery {
    const columns = types.map((type) => ({ name: this.#alias('o'), type }))
    return {
      sql: `${head}${targets.map((target, index) => `${target} as ${columns[index]!.name}`).join(', ')}${tail}`,
      columns,
    }
  }

  #type(): ValueType {
    return this.#random.pick(['int4', 'int4', 'text', 'bool'])
  }

  #alias(prefix: string): string {
    return `${prefix}_${++this.#aliases}`
  }

  #chance(oneIn: number): boolean {
    return this.#random.between(1, oneIn) === 1
  }
}

function hasKey({ columns }: Source): boolean {
  return columns[0]?.name === 'k'
}
