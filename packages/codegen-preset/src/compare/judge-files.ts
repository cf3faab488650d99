/** Which of the generated files are out of date, and by whose fault: from texts alone, without reading or writing any. */
import type { Catalog } from '../catalog/catalog.ts'
import { GenerationError } from '../model/generation-error.ts'
import type { CatalogChange } from './catalog-change.ts'
import { changesText } from './changes-text.ts'
import { compareCatalogs, matters } from './compare-catalogs.ts'
import type { CompareOptions } from './compare-options.ts'
import { parseSnapshot } from './parse-snapshot.ts'
import { SnapshotError } from './snapshot-error.ts'

export interface FilesToJudge {
  /** The file of types as it is; null if there is none. */
  readonly types: string | null
  /** The snapshot as it is; null if there is none; undefined if none is kept. */
  readonly snapshot: string | null | undefined
  /** The database as it is. */
  readonly catalog: Catalog
  /** The file of types for a catalog, by the options of now. */
  readonly textOf: (catalog: Catalog) => string
  /** Whether changes count that the file of types says nothing of. Default false. */
  readonly strict?: boolean | undefined
}

/**
 * - `stale`: it is of this database as it was, or of another.
 * - `foreign`: it is of the snapshot's database as little as of this one.
 */
export type TypesState = 'fresh' | 'missing' | 'stale' | 'foreign'

/** `fresh`: nothing that counts has changed since. */
export type SnapshotState = 'fresh' | 'missing' | 'stale' | 'unreadable'

export interface Judgement {
  readonly types: TypesState
  /** Undefined if none is kept. */
  readonly snapshot: SnapshotState | undefined
  /** From the snapshot to the database. Empty without a snapshot that can be read. */
  readonly changes: readonly CatalogChange[]
  /** Which of the files is out of date, against what, and what to do. Empty where all is well. */
  readonly sentences: readonly string[]
}

export function judgeFiles(files: FilesToJudge, options: CompareOptions = {}): Judgement {
  const { snapshot, reason, kept } = readSnapshot(files.snapshot)
  const changes = kept === undefined ? [] : compareCatalogs(kept, files.catalog, options)
  const changed = changes.some((each) => matters(each, files.strict))
  const own: Judgement['snapshot'] = snapshot === 'fresh' && changed ? 'stale' : snapshot
  const types = typesState(files, kept)
  return { types, snapshot: own, changes, sentences: sentences(types, own, reason) }
}

function readSnapshot(text: FilesToJudge['snapshot']): {
  readonly snapshot: SnapshotState | undefined
  readonly reason?: string
  readonly kept?: Catalog
} {
  if (text === undefined) return { snapshot: undefined }
  if (text === null) return { snapshot: 'missing' }
  try {
    return { snapshot: 'fresh', kept: parseSnapshot(text) }
  } catch (error) {
    if (!(error instanceof SnapshotError)) throw error
    return { snapshot: 'unreadable', reason: error.message }
  }
}

function typesState({ types, catalog, textOf }: FilesToJudge, kept: Catalog | undefined): TypesState {
  if (types === null) return 'missing'
  const text = withUnixLines(types)
  if (text === textOf(catalog)) return 'fresh'
  // Without a snapshot nobody can tell.
  return kept === undefined || isOf(text, kept, textOf) ? 'stale' : 'foreign'
}

/** Whether a file is that of a catalog, which today's options may not fit any more. */
function isOf(text: string, kept: Catalog, textOf: FilesToJudge['textOf']): boolean {
  try {
    return text === textOf(kept)
  } catch (error) {
    if (error instanceof GenerationError) return false
    throw error
  }
}

/** Git and editors may have changed how lines end. */
function withUnixLines(text: string): string {
  return text.replaceAll('\r\n', '\n')
}

function sentences(types: TypesState, snapshot: SnapshotState | undefined, reason: string | undefined): string[] {
  if (types === 'stale' && snapshot === 'stale') {
    return [`The types and the snapshot are of one database, and this one is another: ${REMEDY}`]
  }
  const said: string[] = []
  if (types === 'missing') said.push('The file of types is missing: generate it')
  if (types === 'stale') said.push(`The file of types is not what the database is now: ${REMEDY}`)
  if (types === 'foreign') said.push(`The file of types is ${FOREIGN[snapshot ?? 'stale']}: ${SUSPICION}`)
  if (snapshot === 'missing') said.push('The snapshot is missing: generate it')
  if (snapshot === 'stale') said.push(`The snapshot is not what the database is now: ${REMEDY}`)
  if (snapshot === 'unreadable') said.push(`${reason ?? ''}: generate it again`)
  return said
}

const REMEDY = 'generate again, or migrate the database'
const SUSPICION = 'it was changed by hand, or generated with other options or by another version'
const FOREIGN: Readonly<Record<SnapshotState, string>> = {
  fresh: 'not what is generated from the database, which is as the snapshot says',
  missing: 'not what is generated from the database',
  stale: 'neither of the database nor of the snapshot',
  unreadable: 'not what is generated from the database',
}

/** What was found, for a terminal. */
export function judgementText({ changes, sentences: said }: Judgement): string {
  const text = changesText(changes)
  const heading = text === '' ? '' : 'From the snapshot to the database:\n'
  return `${said.map((sentence) => `${sentence}\n`).join('')}${heading}${text}`
}
