/** What the compiler knows of profiles, and which dialects it refuses for a generated file. Checked by `tsc` alone; never run. */
import { checkedDialect, createPool, type PgwireDialect, type PgwireDialectConfig } from 'kysely-pgwire'
import { definePgTypes, int8, nodePostgresTypes, type PgTypes, type PgTypesOptions } from 'kysely-pgwire/types'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

function is<_Fact extends true>(): void {}

// Names

type Standard =
  'int8=string numeric=string timestamptz=date timestamp=date date=string time=string interval=interval json=parsed arrays=nested'
type Bigints =
  'int8=bigint numeric=string timestamptz=date timestamp=date date=string time=string interval=interval json=parsed arrays=nested'

const standard = definePgTypes()
const bigints = definePgTypes({ int8: 'bigint' })
const parsing = definePgTypes({ int8: 'bigint', json: { parse: JSON.parse } })
const own = definePgTypes({ int8: 'bigint', codecs: [int8] })
is<Equal<typeof standard, PgTypes<Standard>>>()
is<Equal<typeof bigints, PgTypes<Bigints>>>()
is<Equal<ReturnType<typeof definePgTypes<{ int8?: 'bigint' }>>['fingerprint'], Standard | Bigints>>()
const functions = definePgTypes({ int8: 'bigint', byName: { mood: (derived) => derived } })
is<Equal<typeof functions.fingerprint, `${Bigints}${string}`>>()
is<Equal<typeof own.fingerprint, `${Bigints}${string}`>>()
is<typeof parsing.fingerprint extends `int8=bigint ${string} json=parse arrays=nested${string}` ? true : false>()
is<Equal<typeof nodePostgresTypes.fingerprint, 'node-postgres'>>()

// What is chosen elsewhere is not known here.
declare const someOptions: PgTypesOptions
const unknownTypes = definePgTypes(someOptions)
is<Equal<typeof unknownTypes, PgTypes>>()
export const forgotten: readonly PgTypes[] = [standard, bigints, own, nodePostgresTypes, unknownTypes]

// Dialects

declare const profile: Standard
declare const ofBigints: Bigints
declare const ofOwn: `${Bigints} codecs=int8 own=0123456789abcdef`
declare const anyProfile: string
declare const anyConfig: PgwireDialectConfig

export const accepted: readonly PgwireDialect[] = [
  checkedDialect(profile, {}),
  checkedDialect(profile, { connection: 'postgres://localhost/shop', pool: { max: 3 } }),
  checkedDialect(profile, { types: standard }),
  checkedDialect(profile, { types: undefined }),
  checkedDialect(ofBigints, { types: bigints }),
  checkedDialect(ofOwn, { types: own }),
  // Only the running program knows.
  checkedDialect(ofBigints, { pool: createPool({ types: bigints }) }),
  checkedDialect(ofBigints, { types: unknownTypes }),
  checkedDialect(ofBigints, anyConfig),
  checkedDialect(anyProfile, {}),
  checkedDialect(anyProfile, { types: bigints }),
  checkedDialect(profile, {
    onCreateConnection: async (connection) => {
      await connection.executeQuery({} as never)
    },
  }),
]

// @ts-expect-error -- the types were generated for bigints
checkedDialect(ofBigints, {})
// @ts-expect-error -- and these are others
checkedDialect(ofBigints, { types: standard })
// @ts-expect-error -- the same the other way round
checkedDialect(profile, { types: bigints })
// @ts-expect-error -- a codec of one's own is seen
checkedDialect(ofOwn, { types: bigints })
// @ts-expect-error -- as far as what is chosen beside it
checkedDialect(ofOwn, { types: definePgTypes({ int8: 'number', codecs: [int8] }) })
// @ts-expect-error -- another profile altogether
checkedDialect(profile, { types: nodePostgresTypes })
// @ts-expect-error -- an option that does not exist
checkedDialect(profile, { conection: 'postgres://localhost', pool: {} })
// @ts-expect-error -- a config has to be there
checkedDialect(profile)
