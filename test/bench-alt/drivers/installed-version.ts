import { readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'

/** The version of an installed package, also of one that does not export its package.json. */
export function installedVersion(packageName: string): string {
  const path = findPackageJSON(packageName, import.meta.url)
  if (path === undefined) throw new Error(`The package ${packageName} is not installed`)
  return (JSON.parse(readFileSync(path, 'utf8')) as { readonly version: string }).version
}
