import { InvalidValueError } from '../../errors/codec-error.ts'
import { type Codec, defineCodec } from '../codec.ts'

const SYNTAX = /^(\d{1,20}):(\d{1,20}):((?:\d{1,20}(?:,\d{1,20})*)?)$/
const COUNT_BYTES = 4
const NUMBER_BYTES = 8
const HEADER_BYTES = COUNT_BYTES + 2 * NUMBER_BYTES

const MAX_TRANSACTION = 2n ** 64n - 1n

interface Snapshot {
  readonly xmin: bigint
  readonly xmax: bigint
  readonly running: readonly bigint[]
}

/**
 * Which transactions were running at some moment, as the server prints it: 'xmin:xmax:running,running'.
 * Encodes such strings.
 *
 * @see https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-SNAPSHOT
 */
export const pgSnapshot: Codec<string> = snapshot('pg_snapshot', 5038, 5039)

/** The older name of pg_snapshot, and the same in every other way. */
export const txidSnapshot: Codec<string> = snapshot('txid_snapshot', 2970, 2949)

function snapshot(name: string, oid: number, arrayOid: number): Codec<string> {
  return defineCodec<string>({
    name,
    oid,
    arrayOid,
    typescript: { select: 'string', insert: 'string' },
    samples: ['1:1:', '10:20:10,14,15', '9223372036854775807:18446744073709551615:9223372036854775808'],
    decode: decodeSnapshot,
    encode: (value, out) => {
      const { xmin, xmax, running } = parse(value)
      out.int32(running.length)
      for (const transaction of [xmin, xmax, ...running]) out.bigInt64(BigInt.asIntN(64, transaction))
    },
    fromText: formatted,
    toText: formatted,
  })
}

function decodeSnapshot(_bytes: Buffer, view: DataView, offset: number, length: number): string {
  if (length < HEADER_BYTES) throw new InvalidValueError('too short for a snapshot')
  const count = view.getUint32(offset)
  if (HEADER_BYTES + count * NUMBER_BYTES !== length) throw new InvalidValueError('not as long as its transactions')
  const running: bigint[] = []
  for (let index = 0; index < count; index++)
    running.push(view.getBigUint64(offset + HEADER_BYTES + index * NUMBER_BYTES))
  const xmin = view.getBigUint64(offset + COUNT_BYTES)
  const xmax = view.getBigUint64(offset + COUNT_BYTES + NUMBER_BYTES)
  return format({ xmin, xmax, running })
}

function formatted(value: unknown): string {
  return format(parse(value))
}

function format({ xmin, xmax, running }: Snapshot): string {
  return `${xmin}:${xmax}:${running.join(',')}`
}

/** The server drops a transaction that is named twice, so that here every one has to be above the one before. */
function parse(value: unknown): Snapshot {
  const match = typeof value === 'string' ? SYNTAX.exec(value) : null
  if (match === null) throw new InvalidValueError('not a snapshot')
  const xmin = BigInt(match[1]!)
  const xmax = BigInt(match[2]!)
  const running = match[3] === '' ? [] : match[3]!.split(',').map(BigInt)
  const ascending = running.every((each, index) => index === 0 || each > running[index - 1]!)
  if (!isTransaction(xmin) || !isTransaction(xmax) || xmax < xmin || !ascending) {
    throw new InvalidValueError('not a snapshot')
  }
  if (running.length > 0 && (running[0]! < xmin || running.at(-1)! >= xmax)) {
    throw new InvalidValueError('a running transaction that is not between its bounds')
  }
  return { xmin, xmax, running }
}

/** The lower half is what the server's rows know a transaction by, and 0 there is none. */
function isTransaction(value: bigint): boolean {
  return value <= MAX_TRANSACTION && BigInt.asUintN(32, value) !== 0n
}
