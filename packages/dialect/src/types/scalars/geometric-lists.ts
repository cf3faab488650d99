import type { SendBuffer } from '../../bytes/send-buffer.ts'
import { InvalidValueError } from '../../errors/codec-error.ts'
import { type Codec, defineCodec } from '../codec.ts'
import { float8 } from './floats.ts'
import { formatPoints, malformed, parsePoints } from './geometric-text.ts'
import type { Path, Point, Polygon } from './geometric-values.ts'
import { requireFields, requirePoints } from './require-geometric.ts'

const COUNT_BYTES = 4
const POINT_BYTES = 16

/** A path, as `{ open, points }`. Encodes such objects, and the text that the server prints. */
export const path: Codec<Path> = defineCodec<Path>({
  name: 'path',
  oid: 602,
  arrayOid: 1019,
  typescript: {
    select: "import('kysely-pgwire/types').Path",
    insert: "string | import('kysely-pgwire/types').Path",
  },
  samples: ['((0,0),(1,1.5))', '[(0,0),(1,1.5),(-2,3)]', '((1,2))', '[(NaN,Infinity)]'],
  decode: (bytes, view, offset, length) => {
    const closed = bytes[offset]
    if (length < 1 || closed! > 1) throw new InvalidValueError('neither open nor closed')
    return { open: closed === 0, points: readPoints(view, offset + 1, length - 1) }
  },
  encode: (value, out) => {
    const { open, points } = requirePath(value)
    out.uint8(open ? 0 : 1)
    writePoints(points, out)
  },
  fromText: parsePath,
  toText: (value) => {
    const { open, points } = requirePath(value)
    return open ? `[${formatPoints(points)}]` : `(${formatPoints(points)})`
  },
})

/** A polygon, as `{ points }`. Encodes such objects, and the text that the server prints. */
export const polygon: Codec<Polygon> = defineCodec<Polygon>({
  name: 'polygon',
  oid: 604,
  arrayOid: 1027,
  typescript: {
    select: "import('kysely-pgwire/types').Polygon",
    insert: "string | import('kysely-pgwire/types').Polygon",
  },
  samples: ['((0,0),(1,1.5))', '((0,0),(4,0),(2,-1e+100))', '((1,2))'],
  decode: (_bytes, view, offset, length) => ({ points: readPoints(view, offset, length) }),
  encode: (value, out) => writePoints(requirePolygon(value).points, out),
  fromText: parsePolygon,
  toText: (value) => `(${formatPoints(requirePolygon(value).points)})`,
})

function parsePath(text: string): Path {
  const open = text.startsWith('[')
  if (!text.startsWith(open ? '[' : '(') || !text.endsWith(open ? ']' : ')')) malformed()
  return { open, points: parsePoints(text.slice(1, -1)) }
}

function parsePolygon(text: string): Polygon {
  if (!text.startsWith('(') || !text.endsWith(')')) malformed()
  return { points: parsePoints(text.slice(1, -1)) }
}

function requirePath(value: unknown): Path {
  if (typeof value === 'string') return parsePath(value)
  const { open, points } = requireFields(value, 'a path', ['open', 'points'])
  if (typeof open !== 'boolean') throw new InvalidValueError('neither open nor closed')
  return { open, points: requirePoints(points) as readonly Point[] }
}

function requirePolygon(value: unknown): Polygon {
  if (typeof value === 'string') return parsePolygon(value)
  const { points } = requireFields(value, 'a polygon', ['points'])
  return { points: requirePoints(points) as readonly Point[] }
}

function readPoints(view: DataView, offset: number, length: number): Point[] {
  if (length < COUNT_BYTES) throw new InvalidValueError('too short for its points')
  const count = view.getUint32(offset)
  if (COUNT_BYTES + count * POINT_BYTES !== length) throw new InvalidValueError('not as long as its points')
  const points: Point[] = []
  for (let at = offset + COUNT_BYTES; at < offset + length; at += POINT_BYTES) {
    points.push({ x: view.getFloat64(at), y: view.getFloat64(at + float8.size) })
  }
  return points
}

/** Whether the coordinates are numbers is for float8 to say. */
function writePoints(points: readonly Point[], out: SendBuffer): void {
  out.int32(points.length)
  for (const { x, y } of points) {
    float8.encode(x, out)
    float8.encode(y, out)
  }
}
