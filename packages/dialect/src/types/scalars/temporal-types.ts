import { InvalidValueError } from '../../errors/codec-error.ts'

/**
 * What is used of an implementation of Temporal, the runtime's own or that of a package: no declaration here needs either.
 */
export interface TemporalImplementation {
  readonly Instant: { readonly fromEpochNanoseconds: (nanoseconds: bigint) => TemporalValue }
  readonly PlainDateTime: { readonly from: (text: string) => TemporalValue }
  readonly PlainDate: { readonly from: (text: string) => TemporalValue }
  readonly PlainTime: { readonly from: (text: string) => TemporalValue }
  readonly Duration: { readonly from: (text: string) => TemporalValue }
}

/** Any value of Temporal. */
export interface TemporalValue {
  readonly [Symbol.toStringTag]: string
  readonly toString: () => string
}

/** The class of a value of Temporal, such as `Instant`, whoever has implemented it; undefined for anything else. */
export function temporalClass(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const tag = (value as Partial<TemporalValue>)[Symbol.toStringTag]
  return typeof tag === 'string' && tag.startsWith('Temporal.') ? tag.slice('Temporal.'.length) : undefined
}

/** Its date in the ISO calendar, whatever calendar it has. */
export function isoText(value: unknown): string {
  const { toString } = value as { toString: (options: { calendarName: 'never' }) => string }
  return toString.call(value, { calendarName: 'never' })
}

/** Throws for digits behind the sixth of a fraction of a second, unless they are zero. */
export function requireMicroseconds(text: string): string {
  const match = /^(.*[.,]\d{6})(\d+)(.*)$/.exec(text)
  if (match === null) return text
  if (!/^0+$/.test(match[2]!)) throw new InvalidValueError('finer than a microsecond')
  return match[1]! + match[3]!
}
