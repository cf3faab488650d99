/** The nearest integer, and the even one of two: as the server rounds digits (2097152.25 prints as 2097152.2) and halves. */
export function roundHalfEven(value: number): number {
  const rounded = Math.round(value)
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded
}
