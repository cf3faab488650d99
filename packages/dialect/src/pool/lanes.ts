import type { Lane } from './lane.ts'

/** The connections that are shared at the moment. */
export class Lanes {
  readonly #lanes: Lane[] = []
  #turn = 0

  add(lane: Lane): void {
    this.#lanes.push(lane)
  }

  remove(lane: Lane): void {
    const index = this.#lanes.indexOf(lane)
    if (index === -1) return
    const last = this.#lanes.pop()!
    if (last !== lane) this.#lanes[index] = last
  }

  /** One with room, each in its turn; null when there is none. Who leaves together leaves on the same one, in one write. */
  find(): Lane | null {
    const lanes = this.#lanes
    const last = lanes[this.#turn]
    if (last !== undefined && last.departing && last.boardable) return last
    for (let tried = lanes.length; tried > 0; tried--) {
      this.#turn = this.#turn + 1 < lanes.length ? this.#turn + 1 : 0
      const lane = lanes[this.#turn]!
      if (lane.boardable) return lane
    }
    return null
  }

  /** Has `count` of them run empty, those with the fewest on them: as many connections are waited for. */
  seal(count: number): void {
    for (let missing = count - this.#sealed(); missing > 0; missing--) {
      const open = this.#lanes.filter(({ sealed }) => !sealed)
      if (open.length === 0) return
      open.reduce((least, lane) => (lane.riders < least.riders ? lane : least)).sealed = true
    }
  }

  #sealed(): number {
    return this.#lanes.reduce((count, { sealed }) => (sealed ? count + 1 : count), 0)
  }
}
