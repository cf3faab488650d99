/** What spans and metrics say they were made by: the name and the version of the package. */
export const SCOPE_NAME = 'kysely-pgwire'
export const SCOPE_VERSION = '0.1.0'
