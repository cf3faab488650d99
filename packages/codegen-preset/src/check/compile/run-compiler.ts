/** Runs the project's own compiler over files that are written beside those that are checked, and removed again. */
import { randomUUID } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

import { type Diagnostic, parseDiagnostics } from './diagnostics.ts'
import type { Project } from './project.ts'

export interface CompiledFile {
  /** The file that it stands beside, and for. */
  readonly beside: string
  readonly extension: string
  readonly text: string
}

export interface Compilation {
  /** Of each file, in the order given. */
  readonly ofFiles: readonly (readonly Diagnostic[])[]
  /** Of the declarations, of configurations, and of no file at all. */
  readonly overall: readonly Diagnostic[]
}

/** Options that are for what comes out of the compiler. */
const OVERRIDDEN = {
  composite: false,
  declaration: false,
  declarationMap: false,
  emitDeclarationOnly: false,
  incremental: false,
  isolatedDeclarations: false,
  noEmit: true,
  noErrorTruncation: true,
  skipLibCheck: true,
  strictNullChecks: true,
  tsBuildInfoFile: null,
}

export async function runCompiler(
  project: Project,
  files: readonly CompiledFile[],
  declarations: string,
): Promise<Compilation> {
  const mark = `pgwire-check-${randomUUID().slice(0, 8)}`
  const paths = files.map(
    ({ beside, extension }, index) => `${beside.replace(/\.[^./\\]+$/, '')}.${mark}-${index}${extension}`,
  )
  const declarationsPath = join(dirname(files[0]?.beside ?? project.path), `${mark}.d.mts`)
  const configPath = join(dirname(project.path), `tsconfig.${mark}.json`)
  const config = {
    extends: project.path,
    compilerOptions: OVERRIDDEN,
    files: [...project.declarationFiles, declarationsPath, ...paths],
    include: [],
    references: [],
  }
  const written: string[] = []
  const write = async (path: string, text: string): Promise<void> => {
    // Nobody's file is written over.
    await writeFile(path, text, { flag: 'wx' })
    written.push(path)
  }
  try {
    for (const [index, { text }] of files.entries()) await write(paths[index]!, text)
    await write(declarationsPath, declarations)
    await write(configPath, JSON.stringify(config))
    const diagnostics = parseDiagnostics(await project.tsc(['-p', configPath, '--pretty', 'false']))
    const byFile = Map.groupBy(diagnostics, ({ file }) => (file === null ? '' : basename(file)))
    const own = (path: string): Diagnostic[] => byFile.get(basename(path)) ?? []
    const configured = diagnostics.filter(({ file }) => file === null || file.endsWith('.json'))
    return { ofFiles: paths.map(own), overall: [...own(declarationsPath), ...configured] }
  } finally {
    await Promise.all(written.map((path) => rm(path, { force: true })))
  }
}
