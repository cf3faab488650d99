/**
 * The rooms of `packages/dialect/src`, from the bottom up: which rooms lie directly below each, and which outside modules
 * it owns. A room may import any room below it, directly or not; everything else is an error of `rooms/imports`.
 */
const DIALECT_ROOMS: Rooms = {
  errors: { below: [], owns: ['pg-protocol'] },
  bytes: { below: ['errors'], owns: [] },
  wire: { below: ['bytes'], owns: ['pg-protocol'] },
  types: { below: ['bytes'], owns: [] },
  config: { below: ['errors'], owns: ['node:fs', 'node:os', 'node:path'] },
  telemetry: { below: ['errors'], owns: ['node:diagnostics_channel', '@opentelemetry/api'] },
  connection: {
    below: ['wire', 'types', 'config', 'telemetry'],
    owns: ['node:async_hooks', 'node:net', 'node:tls', 'node:crypto', 'node:dns'],
  },
  copy: { below: ['connection'], owns: [] },
  listen: { below: ['connection'], owns: [] },
  client: { below: ['copy', 'listen'], owns: [] },
  pool: { below: ['client'], owns: [] },
  kysely: { below: ['pool'], owns: ['kysely'] },
}

/** The same for `packages/codegen-preset/src`. */
const CODEGEN_ROOMS: Rooms = {
  nullability: { below: [], owns: [] },
  catalog: { below: ['nullability'], owns: ['kysely', 'kysely-pgwire/types'] },
  model: { below: ['catalog'], owns: ['kysely', 'kysely-pgwire/types'] },
  emit: { below: ['model'], owns: [] },
  compare: { below: ['emit'], owns: ['kysely-pgwire/types'] },
  audit: { below: ['compare'], owns: ['kysely', 'kysely-pgwire/types'] },
  check: {
    below: ['compare'],
    owns: [
      'kysely',
      'kysely-pgwire/types',
      'node:child_process',
      'node:crypto',
      'node:fs',
      'node:module',
      'node:os',
      'node:path',
      'node:url',
    ],
  },
  source: {
    below: ['audit', 'check'],
    owns: [
      'kysely',
      'kysely-codegen',
      'kysely-pgwire',
      '@electric-sql/pglite',
      'node:events',
      'node:fs',
      'node:module',
      'node:net',
      'node:os',
      'node:path',
      'node:url',
    ],
  },
  generator: { below: ['source'], owns: ['kysely-codegen', 'kysely-pgwire/types', 'node:fs', 'node:path'] },
  'kysely-codegen': { below: ['generator'], owns: ['kysely', 'kysely-codegen', 'kysely-pgwire'] },
  cli: {
    below: ['kysely-codegen'],
    owns: ['kysely-codegen', 'kysely-pgwire', 'node:fs', 'node:path', 'node:timers', 'node:url'],
  },
}

/** By the folder in `packages` whose `src` has them. */
export const ROOMS: Readonly<Record<string, Rooms>> = { dialect: DIALECT_ROOMS, 'codegen-preset': CODEGEN_ROOMS }

export type Rooms = Readonly<Record<string, Room>>

export interface Room {
  readonly below: readonly string[]
  /** Outside modules that this room may import; a name counts for its subpaths too. */
  readonly owns: readonly string[]
}

/** Pure modules of Node, without effects on the world, that every room may import. */
export const OPEN_MODULES: readonly string[] = ['node:buffer', 'node:util']

/** What tests beside the code may import on top: the tools of testing, and anything of Node. */
export const TEST_MODULES: readonly string[] = ['vitest', 'fast-check', 'temporal-polyfill', 'node:']

/** What of `test/support` they may import: the protocol's bytes and a session in memory, which need no server. */
export const TEST_SUPPORT: readonly string[] = [
  'backend-messages.ts',
  'frontend-messages.ts',
  'memory-postgres.ts',
  'memory-session.ts',
  'server-type-rows.ts',
]

/** All rooms below a room, the room itself included. */
export function reachableFrom(rooms: Rooms, name: string): ReadonlySet<string> {
  const reachable = new Set([name])
  for (const room of reachable) for (const lower of rooms[room]?.below ?? []) reachable.add(lower)
  return reachable
}
