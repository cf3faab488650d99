/** The commands, for the help and for arguments. */
export const COMMANDS = {
  generate: 'Write the file of types and the snapshot. This is what is done without a command.',
  verify: 'Compare both with the database and write nothing. Ends with 1 where they differ.',
  watch: 'Generate, and again whenever the migrations or the schema of the database change.',
  audit:
    'Look up in the data what the types say of it and PostgreSQL does not enforce. Ends with 1 where it is not so.',
  check: 'Compare the SQL in the files behind it with what the server says of it. Ends with 1 where that differs.',
  print: 'Print the file of types, and write nothing.',
} as const

export type CommandName = keyof typeof COMMANDS

/** What the program's exit code says. */
export const EXIT_CODES = {
  ok: { code: 0, doc: 'All is well.' },
  differs: {
    code: 1,
    doc: '`verify`: a file is missing, or is not what would be written; `audit`: the types are wrong about the data; `check`: a type is wrong about its SQL.',
  },
  usage: { code: 2, doc: 'Something that was asked for cannot be meant: a flag, the configuration, a name in it.' },
  failed: {
    code: 3,
    doc: 'The database could not be reached, a migration has failed, or a file could not be written; `check`: there is no such file, no project or no compiler.',
  },
} as const
