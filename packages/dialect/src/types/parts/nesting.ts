/** How deep types and values may stand in one another: every level takes stack, and a peer says how many there are. */
export const MAX_NESTING = 100
