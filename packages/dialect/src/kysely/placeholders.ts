import { type CompiledQuery, type Expression, type OperationNode, ValueNode } from 'kysely'

import { UsageError } from '../errors/usage-error.ts'

/** Parameters of which nothing was declared: any name, any value. */
export type AnyParameters = Record<string, never>

/** Stands for the parameter `name`, wherever a query takes an expression of its type; also more than once. */
export type Placeholders<Parameters extends object> = <Name extends keyof Parameters & string>(
  name: Name,
) => Expression<Parameters[Name]>

/** The values of parameters, by name. */
export type ParameterValues<Parameters extends object> = [string] extends [keyof Parameters]
  ? Readonly<Record<string, unknown>>
  : Readonly<Parameters>

/** A parameter on its way through the query compiler. */
class Placeholder implements Expression<never> {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }

  get expressionType(): undefined {
    return undefined
  }

  toOperationNode(): OperationNode {
    return ValueNode.create(this)
  }
}

/** Gives expressions of a type that only the compiler knows. */
export function placeholders<Parameters extends object>(): Placeholders<Parameters> {
  return (name) => new Placeholder(name)
}

/** Puts values in the places of a compiled query: its own where it has any, and those of `values` by their names. */
export function bindParameters({ parameters }: CompiledQuery): (values: object) => unknown[] {
  const names = parameters.map((parameter) => (parameter instanceof Placeholder ? parameter.name : null))
  return (values) =>
    names.map((name, index) => {
      if (name === null) return parameters[index]
      const value = Object.hasOwn(values, name) ? (values as Record<string, unknown>)[name] : undefined
      if (value === undefined) throw new UsageError(`The parameter ${JSON.stringify(name)} has no value; NULL is null`)
      return value
    })
}
