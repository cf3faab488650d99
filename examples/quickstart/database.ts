import { type ColumnType, type Generated, type GeneratedAlways, Kysely } from 'kysely'
import { PgwireDialect } from 'kysely-pgwire'

/** Everything that the quickstart creates is in this schema. */
export const SCHEMA = 'kysely_pgwire_quickstart'

export interface DB {
  countries: CountryTable
  cities: CityTable
  imports: ImportTable
}

export interface CountryTable {
  /** ISO 3166-1, two letters. */
  code: string
  name: string
  continent: Continent
  time_zones: string[]
}

export interface CityTable {
  /** The number that GeoNames gave it. */
  id: number
  country_code: string
  import_id: number
  name: string
  kind: PlaceKind
  population: Generated<number>
  location: Point
}

/** One run of the loader. */
export interface ImportTable {
  id: GeneratedAlways<number>
  source: string
  /** The database's clock sets it, and nobody changes it. */
  started_at: ColumnType<Date, never, never>
  finished_at: Date | null
  city_count: number | null
}

/** An enum of PostgreSQL is a union of its labels. */
export type Continent = 'Africa' | 'Antarctica' | 'Asia' | 'Europe' | 'North America' | 'Oceania' | 'South America'

export type PlaceKind = 'capital' | 'seat' | 'section' | 'settlement' | 'former'

/** GeoJSON, in a jsonb column. */
interface Point {
  type: 'Point'
  /** Longitude, then latitude. */
  coordinates: number[]
}

/** Opens nothing yet: connections are made by the first queries, ten at most. */
export function openDatabase(url: string): Kysely<DB> {
  return new Kysely<DB>({
    dialect: new PgwireDialect({ connection: withSearchPath(url, SCHEMA), pool: { max: 10 } }),
  })
}

/** Every setting of PostgreSQL can be a parameter of the URL. */
function withSearchPath(url: string, schema: string): string {
  return `${url}${url.includes('?') ? '&' : '?'}search_path=${schema}`
}
