import { type Kysely, sql } from 'kysely'

const CONTINENTS = ['Africa', 'Antarctica', 'Asia', 'Europe', 'North America', 'Oceania', 'South America']
const PLACE_KINDS = ['capital', 'seat', 'section', 'settlement', 'former']

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.createType('continent').asEnum(CONTINENTS).execute()
  await db.schema.createType('place_kind').asEnum(PLACE_KINDS).execute()

  await db.schema
    .createTable('imports')
    .addColumn('id', 'integer', (column) => column.primaryKey().generatedAlwaysAsIdentity())
    .addColumn('source', 'text', (column) => column.notNull())
    .addColumn('started_at', 'timestamptz', (column) => column.notNull().defaultTo(sql`now()`))
    .addColumn('finished_at', 'timestamptz')
    .addColumn('city_count', 'integer')
    .execute()

  await db.schema
    .createTable('countries')
    .addColumn('code', 'text', (column) => column.primaryKey().check(sql`code ~ '^[A-Z]{2}$'`))
    .addColumn('name', 'text', (column) => column.notNull().unique())
    .addColumn('continent', sql`continent`, (column) => column.notNull())
    .addColumn('time_zones', sql`text[]`, (column) => column.notNull())
    .execute()

  await db.schema
    .createTable('cities')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('country_code', 'text', (column) => column.notNull().references('countries.code'))
    .addColumn('import_id', 'integer', (column) => column.notNull().references('imports.id').onDelete('cascade'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('kind', sql`place_kind`, (column) => column.notNull())
    .addColumn('population', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('location', 'jsonb', (column) => column.notNull())
    .execute()
}

export async function down(db: Kysely<unknown>): Promise<void> {
  for (const table of ['cities', 'countries', 'imports']) await db.schema.dropTable(table).execute()
  for (const type of ['place_kind', 'continent']) await db.schema.dropType(type).execute()
}
