import type { Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.createIndex('cities_by_country').on('cities').columns(['country_code', 'population desc']).execute()
  await db.schema.createIndex('cities_by_name').on('cities').column('name').execute()
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropIndex('cities_by_name').execute()
  await db.schema.dropIndex('cities_by_country').execute()
}
