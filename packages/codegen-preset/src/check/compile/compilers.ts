/** The compilers of the projects that files belong to. */
import { compile, type FileChecks, type UnreadableFile } from './compile.ts'
import { Project, projectPathOf } from './project.ts'

export class Compilers {
  readonly #given: string | undefined
  readonly #projects = new Map<string, Project>()

  /** `project`: the `tsconfig.json` for all files. Default: for each the nearest one above it. */
  constructor(project: string | undefined) {
    this.#given = project
  }

  /** One run for each project. Gives the files that could not be judged. */
  async compile(files: readonly FileChecks[], declarations: string): Promise<UnreadableFile[]> {
    const byProject = new Map<string, FileChecks[]>()
    for (const each of files) {
      const path = this.#given ?? (await projectPathOf(each.file.path))
      byProject.set(path, [...(byProject.get(path) ?? []), each])
    }
    const unreadable: UnreadableFile[] = []
    for (const [path, own] of byProject) {
      const project = this.#projects.get(path) ?? (await Project.open(path))
      this.#projects.set(path, project)
      unreadable.push(...(await compile(project, own, declarations)))
    }
    return unreadable
  }
}
