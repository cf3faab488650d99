/** Why a connection of a pool was opened. */
export const openReasons = ['waiting', 'kept', 'shared'] as const

/**
 * `waiting`: somebody waits for one. `kept`: there are fewer than `min`, or `warmUp` was called. `shared`: those that there
 * are do not suffice, and are shared although there could be more of them.
 */
export type OpenReason = (typeof openReasons)[number]

/** Why a connection of a pool was closed. */
export const closeReasons = [
  'idle',
  'lifetime',
  'uses',
  'expired',
  'demoted',
  'lost',
  'unanswered',
  'unclean',
  'hook',
  'closed',
] as const

/**
 * `idle`, `lifetime`, `uses`: it was idle, old or used for as long or often as the options say. `expired`: by `expireConnections`,
 * or because another one was demoted. `demoted`: its server has become read only, which was not asked for.
 * `lost`: by its server, its borrower or the network. `unanswered`: it failed a check. `unclean`: it could not be made
 * fit for the next use. `hook`: a hook has thrown. `closed`: with the pool.
 */
export type CloseReason = (typeof closeReasons)[number]
