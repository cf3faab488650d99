/**
 * An oxlint plugin with one rule, `rooms/imports`: every import, export-from, `import()` and `import('…')` type in the
 * sources of a package with rooms follows the tables in rooms.ts. Entry files, directly in `src`, may import everything.
 */
import { dirname, relative, resolve, sep } from 'node:path'

import { OPEN_MODULES, reachableFrom, type Rooms, ROOMS, TEST_MODULES, TEST_SUPPORT } from './rooms.ts'

const PACKAGES = resolve(import.meta.dirname, '../../packages')
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
    const [name = '', src, room, ...inside] = relative(PACKAGES, context.filename).split(sep)
    const rooms = ROOMS[name]
    if (rooms === undefined || src !== 'src' || room === undefined || inside.length === 0) return {}
    const house: House = { rooms, sources: resolve(PACKAGES, name, 'src'), name }
    const check = ({ source }: ImportingNode) => {
      if (typeof source?.value !== 'string') return
      const message =
        rooms[room] === undefined ? unknownRoom(room) : objection(house, room, context.filename, source.value)
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

/** A package, its sources, and their rooms. */
interface House {
  readonly name: string
  readonly sources: string
  readonly rooms: Rooms
}

function objection(house: House, room: string, filename: string, specifier: string): string | undefined {
  const inTest = TEST_FILE.test(filename)
  if (!specifier.startsWith('.')) return objectionToModule(house, room, specifier, inTest)
  const target = resolve(dirname(filename), specifier)
  if (inTest && TEST_SUPPORT.includes(relative(SUPPORT, target))) return undefined
  return objectionToFile(house, room, relative(house.sources, target))
}

function objectionToFile({ name, rooms }: House, room: string, target: string): string | undefined {
  const [targetRoom = '', ...inside] = target.split(sep)
  if (targetRoom === '..') return `A room imports nothing from outside packages/${name}/src.`
  if (inside.length === 0) return `Entry files are doors to the outside; ${room} imports the file that it means.`
  if (reachableFrom(rooms, room).has(targetRoom)) return undefined
  return `${room} must not import ${targetRoom}: imports point down only (tools/lint/rooms.ts).`
}

function objectionToModule({ rooms }: House, room: string, specifier: string, inTest: boolean): string | undefined {
  const allowed = [...OPEN_MODULES, ...(rooms[room]?.owns ?? []), ...(inTest ? TEST_MODULES : [])]
  const matches = (name: string) => specifier === name || specifier.startsWith(name.endsWith(':') ? name : `${name}/`)
  if (allowed.some(matches)) return undefined
  const owners = Object.keys(rooms).filter((other) => rooms[other]?.owns.some(matches))
  const owned = owners.length === 0 ? 'no room owns it' : `it belongs to ${owners.join(' and ')}`
  return `${room} must not import ${specifier}: ${owned} (tools/lint/rooms.ts).`
}

function unknownRoom(room: string): string {
  return `${room} is not a room: add it to tools/lint/rooms.ts, or put the file where it belongs.`
}

export default { meta: { name: 'rooms' }, rules: { imports } }
