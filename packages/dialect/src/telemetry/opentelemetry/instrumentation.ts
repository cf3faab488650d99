import {
  type Histogram,
  type Meter,
  type MeterProvider,
  metrics,
  trace,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api'

import { measurePools } from './pool-metrics.ts'
import { type QueryInstruments, type QuerySpanOptions, traceQueries } from './query-spans.ts'
import { SCOPE_NAME, SCOPE_VERSION } from './version.ts'

/** The bounds that the conventions give. */
const OPERATION_BOUNDS_S = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]

/** How to instrument the driver. */
export interface PgwireInstrumentationOptions extends QuerySpanOptions {
  /** `false`: does nothing before `enable`. Default true. */
  readonly enabled?: boolean | undefined
}

/**
 * Spans and metrics of the driver, as OpenTelemetry's conventions for databases want them. It fits into
 * `registerInstrumentations` and the `instrumentations` of the Node SDK, and works without them: it uses the global providers
 * unless it is given others. It patches nothing, so it does not matter when it is loaded.
 * @see https://opentelemetry.io/docs/specs/semconv/db/postgresql/
 */
export class PgwireInstrumentation {
  readonly instrumentationName: string = SCOPE_NAME
  readonly instrumentationVersion: string = SCOPE_VERSION
  #options: PgwireInstrumentationOptions
  #tracerProvider: TracerProvider | undefined
  #meterProvider: MeterProvider | undefined
  #instruments: QueryInstruments | null = null
  #ends: (() => void)[] = []

  constructor(options: PgwireInstrumentationOptions = {}) {
    this.#options = options
    if (options.enabled !== false) this.enable()
  }

  /** Begins to instrument all connections of the process, those that are open as well. */
  enable(): void {
    if (this.#ends.length > 0) return
    this.#ends = [
      traceQueries(
        () => (this.#instruments ??= this.#newInstruments()),
        () => this.#options,
      ),
      measurePools(this.#meter),
    ]
  }

  disable(): void {
    for (const end of this.#ends) end()
    this.#ends = []
  }

  setTracerProvider(provider: TracerProvider): void {
    this.#tracerProvider = provider
    this.#instruments = null
  }

  setMeterProvider(provider: MeterProvider): void {
    this.#meterProvider = provider
    this.#instruments = null
    if (this.#ends.length === 0) return
    this.disable()
    this.enable()
  }

  setConfig(options: PgwireInstrumentationOptions): void {
    this.#options = options
  }

  getConfig(): PgwireInstrumentationOptions {
    return this.#options
  }

  get #meter(): Meter {
    return (this.#meterProvider ?? metrics).getMeter(SCOPE_NAME, SCOPE_VERSION)
  }

  #newInstruments(): QueryInstruments {
    const tracer: Tracer = (this.#tracerProvider ?? trace).getTracer(SCOPE_NAME, SCOPE_VERSION)
    const duration: Histogram = this.#meter.createHistogram('db.client.operation.duration', {
      unit: 's',
      description: 'Duration of database client operations.',
      advice: { explicitBucketBoundaries: OPERATION_BOUNDS_S },
    })
    return { tracer, duration }
  }
}
