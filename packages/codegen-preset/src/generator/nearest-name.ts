/** Names longer than this are not compared; the time taken grows with the square. */
const COMPARED_LENGTH = 40

/** The name that was probably meant; undefined where none is near: at most half of it may have to change. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const wanted = plain(name)
  const judged = known.map((candidate) => {
    const spelling = plain(candidate)
    const distance = editDistance(wanted, spelling) / Math.max(wanted.length, spelling.length)
    return { candidate, distance: spelling.includes(wanted) && wanted.length > 3 ? distance / 2 : distance }
  })
  const [best] = judged.sort((left, right) => left.distance - right.distance)
  return best !== undefined && best.distance <= 0.5 ? best.candidate : undefined
}

function plain(name: string): string {
  return name.slice(0, COMPARED_LENGTH).toLowerCase().replaceAll('-', '')
}

/** How many characters have to be put in, left out or replaced. */
function editDistance(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 0; row < from.length; row++) {
    const current = [row + 1]
    for (let column = 0; column < to.length; column++) {
      const replaced = above[column]! + (from[row] === to[column] ? 0 : 1)
      current.push(Math.min(replaced, above[column + 1]! + 1, current[column]! + 1))
    }
    above = current
  }
  return above[to.length]!
}
