import { setImmediate } from 'node:timers/promises'

import { openDatabase } from './database.ts'
import { Interruption, interruptionSignal } from './lifecycle/interruption.ts'
import { temporarySchema } from './lifecycle/schema.ts'
import { findServer } from './lifecycle/server.ts'
import { Report } from './terminal/report.ts'
import { tour } from './tour.ts'

const signal = interruptionSignal()
try {
  await quickstart()
} catch (error) {
  // Ctrl-C also reaches the embedded server, and its answer can be here before our own signal is.
  await setImmediate()
  // A SuppressedError is one that came up while cleaning up after another one.
  const cleanedUp = !(error instanceof SuppressedError)
  if (signal.reason instanceof Interruption && cleanedUp) {
    console.error(`\n${signal.reason.message}; everything is cleaned up.`)
    process.exitCode = signal.reason.exitCode
  } else {
    console.error('\nThe quickstart failed:', error)
    process.exitCode = 1
  }
}

async function quickstart(): Promise<void> {
  const cities = cityLimit()
  const report = new Report(signal)
  await using server = await report.step('Find a server', findServer)
  report.line(server.description)
  await using db = openDatabase(server.url)
  await using cleanup = new AsyncDisposableStack()
  // An embedded server takes the schema along when it goes.
  if (server.given) cleanup.use(await temporarySchema(db))
  await tour(db, report, { cities, signal })
  report.timings()
}

/** `QUICKSTART_CITIES` makes it a short tour, with only that many cities. */
function cityLimit(): number {
  const text = process.env['QUICKSTART_CITIES'] ?? ''
  if (text === '') return Infinity
  const limit = Number(text)
  if (!Number.isInteger(limit) || limit < 1) throw new Error('QUICKSTART_CITIES must be a whole number from 1')
  return limit
}
