import { defineConfig } from 'kysely-pgwire-codegen'

/** The types come from the migrations: no database has to run. */
export default defineConfig({
  migrations: './migrations',
  outFile: './database-types.generated.ts',
  singularize: true,
  overrides: { columns: { 'cities.location': "import('./geonames/point.ts').Point" } },
})
