import { readdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

import type { Extensions, PGlite } from '@electric-sql/pglite'

import { SourceError } from '../source-error.ts'

/** Packages of extensions that are used where the project with the migrations has them. */
const EXTENSION_PACKAGES = ['@electric-sql/pglite-pgvector', '@electric-sql/pglite-postgis']

/**
 * An empty database, in which `create extension` finds all that PGlite brings, and pgvector and PostGIS where they are installed for
 * the modules in `folder`.
 */
export async function createPglite(folder: string): Promise<PGlite> {
  const { PGlite: Database } = await importPglite()
  return Database.create({ extensions: { ...(await contributed()), ...(await installedFor(folder)) } })
}

async function importPglite(): Promise<{ readonly PGlite: typeof PGlite }> {
  try {
    return await import('@electric-sql/pglite')
  } catch (error) {
    if (!isMissing(error)) throw error
    throw new SourceError(
      'Migrations are run on PGlite, which is not installed: npm install --save-dev @electric-sql/pglite',
      { cause: error },
    )
  }
}

/** Extensions of PostgreSQL itself: each is a module of PGlite, which reads its files only when it is created. */
async function contributed(): Promise<Extensions> {
  const folder = new URL('contrib/', import.meta.resolve('@electric-sql/pglite'))
  const files = (await readdir(folder)).filter((file) => file.endsWith('.js'))
  return extensionsOf(await Promise.all(files.map((file) => import(new URL(file, folder).href) as Promise<object>)))
}

async function installedFor(folder: string): Promise<Extensions> {
  const { resolve: find } = createRequire(join(resolve(folder), 'migration.js'))
  const found = EXTENSION_PACKAGES.flatMap((name) => {
    try {
      return [find(name)]
    } catch (error) {
      if (isMissing(error)) return []
      throw error
    }
  })
  return extensionsOf(await Promise.all(found.map((file) => import(pathToFileURL(file).href) as Promise<object>)))
}

function extensionsOf(modules: readonly object[]): Extensions {
  return Object.fromEntries(
    modules.flatMap((module) =>
      Object.entries(module as Extensions).filter(([, value]) => typeof value === 'object' && 'setup' in value),
    ),
  )
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND'
}
