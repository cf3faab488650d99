/** How the file is written. */
export interface EmitOptions {
  /** Enums as constants too, tuples in the database's order: `moods` beside `Mood`. Default false. */
  readonly enumValues?: boolean | undefined
  /** A constant with the keys of all tables. Default false. */
  readonly keys?: boolean | undefined
  /** The types of functions and procedures. Default false. */
  readonly routines?: boolean | undefined
  /** Whether imports say that they are of types. Default true. */
  readonly typeOnlyImports?: boolean | undefined
  /** Further imports: the name to the module that it comes from, or to `module#name` for one under another name there. */
  readonly customImports?: Readonly<Record<string, string>> | undefined
}
