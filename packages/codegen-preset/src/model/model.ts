/** Everything that the file says, decided: names, types as source text, who may write what. What is left is to print it. */
import type { CatalogName, CatalogRelation, CatalogRoutine } from '../catalog/catalog.ts'
import type { FieldText, NamedText, TypeText } from './type-texts.ts'

export interface Model {
  /** What the profile has chosen, in a line. */
  readonly fingerprint: string
  /** Types that are called by a name because a column of them has two types; by name. */
  readonly columnTypes: readonly ColumnTypeAlias[]
  /** Branded keys; by name. */
  readonly brands: readonly Brand[]
  /** Enums, domains and composites that something in the file is of; by name. */
  readonly types: readonly ModelType[]
  /** By name. */
  readonly tables: readonly ModelTable[]
  readonly routines: readonly ModelRoutine[]
  /** Claims of the file that the compiler shall check: that a type which the user has chosen for a column is one that is returned. */
  readonly narrowings: readonly Narrowing[]
  /** The names that the types of all these refer to: of the file's own helpers, of imports, of one another. */
  readonly namesUsed: ReadonlySet<string>
  /** What cannot be said truly in TypeScript or reached through Kysely, and so is not there, a sentence for each. */
  readonly warnings: readonly string[]
}

export interface ColumnTypeAlias extends TypeText {
  readonly name: string
}

export interface Brand {
  readonly name: string
  /** The column that it comes from, as `schema.table.column`. */
  readonly of: string
  readonly base: TypeText
}

export interface ModelType extends Omit<NamedText, 'fields'> {
  /** Whether the name is a type of its own, by a brand. */
  readonly branded: boolean
  /** The fields of an interface; null for an alias. */
  readonly fields: readonly ModelField[] | null
}

export interface ModelField extends FieldText {
  /** What the field is called in a result; what is written has its own name. */
  readonly readName: string
}

export interface ModelTable {
  /** The key in `DB`. */
  readonly key: string
  readonly name: string
  readonly relation: CatalogRelation
  readonly columns: readonly ModelColumn[]
  readonly keys: ModelKeys
}

/** The keys of a table, by the names that they have in results. */
export interface ModelKeys {
  readonly primary: readonly string[] | null
  readonly unique: readonly (readonly string[])[]
  readonly foreign: readonly {
    readonly columns: readonly string[]
    readonly references: { readonly schema: string; readonly table: string; readonly columns: readonly string[] }
  }[]
}

export interface ModelColumn {
  /** The property's name, as it is in results. */
  readonly name: string
  /** The property's type. */
  readonly text: string
  readonly comment: string | null
}

export interface ModelRoutine extends CatalogName {
  readonly kind: CatalogRoutine['kind']
  /** The key in `Functions`; several routines may have it. */
  readonly key: string
  readonly comment: string | null
  readonly arguments: readonly ModelArgument[]
  /** The type of one row or value that a call gives. */
  readonly returns: string
  readonly returnsSet: boolean
}

export interface ModelArgument {
  readonly name: string
  readonly text: string
  readonly optional: boolean
  readonly variadic: boolean
}

export interface Narrowing {
  /** The column, as `schema.table.column`. */
  readonly of: string
  readonly chosen: string
  readonly returned: string
}
