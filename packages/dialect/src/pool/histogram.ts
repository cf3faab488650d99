/** Four buckets for each doubling: a figure is at most a quarter too high. */
const PER_DOUBLING = 4
/** From a microsecond to half an hour. */
const DOUBLINGS = 31
const MICROSECONDS = 1_000

/** How long something took, over all times that it was done. Times are in milliseconds. */
export interface Histogram {
  readonly count: number
  readonly sumMs: number
  readonly maxMs: number
  /** Half of them took no longer; at most a quarter too high. */
  readonly p50Ms: number
  readonly p90Ms: number
  readonly p99Ms: number
  /** How many took up to `upToMs`, and longer than the bucket before says; without the empty ones. */
  readonly buckets: readonly HistogramBucket[]
}

export interface HistogramBucket {
  readonly upToMs: number
  readonly count: number
}

/** Counts times in buckets that grow with them. Adding one allocates nothing. */
export class TimeHistogram {
  readonly #counts = new Float64Array(DOUBLINGS * PER_DOUBLING)
  #count = 0
  #sumMs = 0
  #maxMs = 0

  add(ms: number): void {
    this.#counts[bucketOf(ms)]!++
    this.#count++
    this.#sumMs += ms
    if (ms > this.#maxMs) this.#maxMs = ms
  }

  /** `add(0)`. */
  addInstant(): void {
    this.#counts[0]!++
    this.#count++
  }

  get snapshot(): Histogram {
    const buckets = Array.from(this.#counts, (count, index) => ({ upToMs: limitOf(index), count })).filter(
      ({ count }) => count > 0,
    )
    const atMost = (share: number): number => {
      let rest = share * this.#count
      const bucket = buckets.find(({ count }) => (rest -= count) <= 0)
      return bucket === undefined ? 0 : Math.min(bucket.upToMs, this.#maxMs)
    }
    const [p50Ms, p90Ms, p99Ms] = [atMost(0.5), atMost(0.9), atMost(0.99)]
    return { count: this.#count, sumMs: this.#sumMs, maxMs: this.#maxMs, p50Ms, p90Ms, p99Ms, buckets }
  }
}

/** The bucket of a time: by its highest bit in microseconds, and the two bits behind it. */
function bucketOf(ms: number): number {
  const units = Math.min(Math.ceil(ms * MICROSECONDS), 0x7fff_ffff)
  if (units <= PER_DOUBLING) return units <= 1 ? 0 : units - 1
  // A bucket ends with its limit.
  const below = units - 1
  const bit = 31 - Math.clz32(below)
  return (bit - 1) * PER_DOUBLING + ((below >>> (bit - 2)) & (PER_DOUBLING - 1))
}

/** The longest time that a bucket has. */
function limitOf(bucket: number): number {
  if (bucket < PER_DOUBLING) return (bucket + 1) / MICROSECONDS
  const bit = Math.floor(bucket / PER_DOUBLING) + 1
  return (2 ** bit + ((bucket % PER_DOUBLING) + 1) * 2 ** (bit - 2)) / MICROSECONDS
}
