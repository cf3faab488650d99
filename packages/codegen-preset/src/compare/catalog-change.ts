import type { CatalogName } from '../catalog/catalog.ts'
import { quoted } from '../catalog/type-name.ts'

/** What a change is of. */
export type ChangeSubject =
  | 'server'
  | 'relation'
  | 'column'
  | 'primary key'
  | 'unique key'
  | 'foreign key'
  | 'type'
  | 'label'
  | 'field'
  | 'routine'
  | 'argument'

/**
 * What a change does to the generated file: `types`, what the file says comes from it; `unseen`, the file says nothing of it;
 * `information`, it is no change of the schema at all.
 */
export type ChangeEffect = 'types' | 'unseen' | 'information'

/** One thing that is not the same in two catalogs. */
export interface CatalogChange {
  readonly subject: ChangeSubject
  /** `added`, `dropped`, `order`, or the member of the catalog that differs, as `hasDefault`. */
  readonly kind: string
  /** What it is of, as SQL would name it: `public.users.email`, `public.f(int4, text)`; `server`. */
  readonly path: string
  /** In plain words, with the path in front: `public.users.email: text → citext`. Nothing in it controls a terminal. */
  readonly sentence: string
  readonly effect: ChangeEffect
}

/** What is still to be placed under a path. */
export interface PartialChange {
  readonly kind: string
  /** Without the path. */
  readonly words: string
}

export function change(
  subject: ChangeSubject,
  path: string,
  { kind, words }: PartialChange,
  effect: ChangeEffect,
): CatalogChange {
  return { subject, kind, path, sentence: `${shown(path)}: ${shown(words)}`, effect }
}

export function pathOf({ schema, name }: CatalogName, ...parts: readonly string[]): string {
  return [schema, name, ...parts].map(quoted).join('.')
}

/** A label as SQL writes it. */
export function literal(label: string): string {
  return `'${label.replaceAll("'", "''")}'`
}

/** The text with what would move the cursor, break the line or reorder what stands around it spelled out. */
export function shown(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  )
}
