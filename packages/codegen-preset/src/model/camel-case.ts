import { CamelCasePlugin } from 'kysely'

/** The names that the plugin gives, both ways. */
class Mapper extends CamelCasePlugin {
  toCamelCase(name: string): string {
    return this.camelCase(name)
  }

  toSnakeCase(name: string): string {
    return this.snakeCase(name)
  }
}

const mapper = new Mapper()

/** What Kysely's `CamelCasePlugin`, with its defaults, makes of a name in a result. */
export function camelCase(name: string): string {
  return mapper.toCamelCase(name)
}

/** Whether the plugin finds its way back from the name that it gives: not to `a__b` or `"Total"`. */
export function survivesCamelCase(name: string): boolean {
  return mapper.toSnakeCase(mapper.toCamelCase(name)) === name
}
