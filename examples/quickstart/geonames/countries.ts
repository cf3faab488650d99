/// <reference lib="esnext.intl" />
import type { Insertable } from 'kysely'

import type { Country } from '../database-types.generated.ts'
import { continentOf } from './continents.ts'

const names = new Intl.DisplayNames('en', { type: 'region' })

/** What the JavaScript runtime itself knows of a country. */
export function describeCountry(code: string): Insertable<Country> {
  return {
    code,
    name: names.of(code) ?? code,
    continent: continentOf(code),
    time_zones: new Intl.Locale(`und-${code}`).getTimeZones() ?? [],
  }
}
