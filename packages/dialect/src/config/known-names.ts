import { ConfigError } from '../errors/config-error.ts'

/** What other drivers call our options, where the spelling alone would not lead there. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ['username', 'user'],
  ['pass', 'password'],
  ['dbname', 'database'],
  ['db', 'database'],
  ['url', 'connectionString'],
  ['uri', 'connectionString'],
  ['dsn', 'connectionString'],
  ['hosts', 'host'],
  ['ports', 'port'],
  ['schema', 'searchPath'],
  ['ssl', 'tls'],
  ['sslmode', 'tls'],
  ['sslrootcert', 'tls'],
  ['options', 'serverSettings'],
  ['connection', 'serverSettings'],
  ['connectiontimeoutmillis', 'connectTimeoutMs'],
  ['connecttimeout', 'connectTimeoutMs'],
  ['statementtimeout', 'statementTimeoutMs'],
  ['locktimeout', 'lockTimeoutMs'],
  ['idleintransactionsessiontimeout', 'idleInTransactionTimeoutMs'],
  ['querytimeout', 'queryTimeoutMs'],
  ['cancellationtimeout', 'cancelTimeoutMs'],
  ['keepalive', 'keepaliveIdleMs'],
  ['keepaliveinitialdelaymillis', 'keepaliveIdleMs'],
  ['sockettimeout', 'probeAfterMs'],
  ['targetsessionattributes', 'targetSessionAttrs'],
])

/** Characters compared; the time taken grows with their square. */
const COMPARED_LENGTH = 64

/** A name is worth proposing when at most this part of it has to change. */
const LARGEST_DISTANCE = 0.5

/** Throws for a property that is no option, and says which one was probably meant. */
export function refuseUnknownNames(options: object, known: readonly string[], prefix = ''): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue
    const nearest = nearestName(name, known)
    const proposal = nearest === undefined ? '' : `. Did you mean ${prefix}${nearest}?`
    throw new ConfigError(`Unknown option ${JSON.stringify(name.slice(0, COMPARED_LENGTH))}${proposal}`)
  }
}

function nearestName(name: string, known: readonly string[]): string | undefined {
  const spelling = plain(name)
  const other = otherNames.get(spelling)
  if (other !== undefined && known.includes(other)) return other

  let nearest: string | undefined
  let least = Number.POSITIVE_INFINITY
  for (const candidate of known) {
    const distance = editDistance(spelling, plain(candidate)) / Math.max(spelling.length, candidate.length)
    if (distance < least) [nearest, least] = [candidate, distance]
  }
  return least <= LARGEST_DISTANCE ? nearest : undefined
}

function plain(name: string): string {
  return name
    .slice(0, COMPARED_LENGTH)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '')
}

/** Levenshtein's: insertions, deletions and replacements. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1)
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[to.length] ?? 0
}
