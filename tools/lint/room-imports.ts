/**
 * An oxlint plugin with one rule, `rooms/imports`: every import, export-from, `import()` and `import('…')` type in
 * `packages/dialect/src` follows the table in rooms.ts. Entry files, directly in `src`, may import everything.
 */
import { dirname, relative, resolve, sep } from 'node:path'

import { OPEN_MODULES, reachableFrom, ROOMS, TEST_MODULES, TEST_SUPPORT } from './rooms.ts'

const SOURCES = resolve(import.meta.dirname, '../../packages/dialect/src')
const SUPPORT = resolve(import.meta.dirname, '../../test/support')
const TEST_FILE = /\.(test|test-d|cases)\.ts$/

interface Literal {
  readonly type: string
  readonly value?: unknown
}

interface ImportingNode {
  readonly source: Literal | null
}

interface RuleContext {
  readonly filename: string
  report(problem: { readonly node: object; readonly message: string }): void
}

const imports = {
  create(context: RuleContext) {
    const [room, ...inside] = relative(SOURCES, context.filename).split(sep)
    if (room === undefined || room === '..' || inside.length === 0) return {}
    const check = ({ source }: ImportingNode) => {
      if (typeof source?.value !== 'string') return
      const message = ROOMS[room] === undefined ? unknownRoom(room) : objection(room, context.filename, source.value)
      if (message !== undefined) context.report({ node: source, message })
    }
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
      TSImportType: check,
    }
  },
}

function objection(room: string, filename: string, specifier: string): string | undefined {
  const inTest = TEST_FILE.test(filename)
  if (!specifier.startsWith('.')) return objectionToModule(room, specifier, inTest)
  const target = resolve(dirname(filename), specifier)
  if (inTest && TEST_SUPPORT.includes(relative(SUPPORT, target))) return undefined
  return objectionToFile(room, relative(SOURCES, target))
}

function objectionToFile(room: string, target: string): string | undefined {
  const [targetRoom = '', ...inside] = target.split(sep)
  if (targetRoom === '..') return 'A room imports nothing from outside packages/dialect/src.'
  if (inside.length === 0) return `Entry files are doors to the outside; ${room} imports the file that it means.`
  if (reachableFrom(room).has(targetRoom)) return undefined
  return `${room} must not import ${targetRoom}: imports point down only (tools/lint/rooms.ts).`
}

function objectionToModule(room: string, specifier: string, inTest: boolean): string | undefined {
  const allowed = [...OPEN_MODULES, ...(ROOMS[room]?.owns ?? []), ...(inTest ? TEST_MODULES : [])]
  const matches = (name: string) => specifier === name || specifier.startsWith(name.endsWith(':') ? name : `${name}/`)
  if (allowed.some(matches)) return undefined
  const owners = Object.keys(ROOMS).filter((other) => ROOMS[other]?.owns.some(matches))
  const owned = owners.length === 0 ? 'no room owns it' : `it belongs to ${owners.join(' and ')}`
  return `${room} must not import ${specifier}: ${owned} (tools/lint/rooms.ts).`
}

function unknownRoom(room: string): string {
  return `${room} is not a room: add it to tools/lint/rooms.ts, or put the file where it belongs.`
}

export default { meta: { name: 'rooms' }, rules: { imports } }
