/** Ways to drop all prepared statements of a session: the first two are named by their command tags, and the last is not. */
export const UNSEEN: string = `do $$ begin execute 'deallocate all'; end $$`

export const deallocating: readonly string[] = ['discard all', 'deallocate all', UNSEEN]
