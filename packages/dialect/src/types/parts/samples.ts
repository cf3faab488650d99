/** How many samples a codec has that is made from a description: an enum may have thousands of labels, a table of columns. */
export const MAX_SAMPLES = 16
