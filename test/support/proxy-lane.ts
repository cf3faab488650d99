import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

import { eventLoopTurn } from './event-loop-turn.ts'

/** What a connection suffers in one direction. */
export interface LaneFaults {
  /** Every byte arrives this much later; throughput is not affected. */
  readonly delayMs?: number
  readonly bytesPerSecond?: number
  /** Bytes per write: 1 splits every message as much as it can be split. */
  readonly pieceBytes?: number
  /** The connection ends behind this many bytes, counted from its start. */
  readonly cutAfterBytes?: number
  /** How it ends then: in an orderly way (`fin`, the default) or at once. */
  readonly cutBy?: 'fin' | 'reset'
}

export interface LaneEvents {
  /** The current faults; they may change at any time. */
  faults(): LaneFaults
  /** Sees a chunk before it is forwarded, and gives the offsets behind which `reached` is to be called. */
  sees(chunk: Buffer): readonly number[]
  /** Called when everything up to such an offset was written. */
  reached(): void
  cut(by: 'fin' | 'reset'): void
}

/** A lane takes no more from its source while it holds this much: a stall has to reach the sender. */
const MAX_HELD_BYTES = 65_536
/** How finely a limited rate is spread: 20 slices per second. */
const SLICES_PER_SECOND = 20

interface Held {
  readonly chunk: Buffer
  readonly dueAt: number
}

/** One direction of a proxied connection. */
export class ProxyLane {
  /** Bytes forwarded so far. */
  bytes = 0
  readonly #source: Socket
  readonly #target: Socket
  readonly #events: LaneEvents
  readonly #held: Held[] = []
  #heldBytes = 0
  #stalled = false
  #ended = false
  #over = false
  #wake: () => void = () => {}

  constructor(source: Socket, target: Socket, events: LaneEvents) {
    this.#source = source
    this.#target = target
    this.#events = events
    source.on('data', (chunk: Buffer) => this.#hold(chunk))
    source.on('end', () => {
      this.#ended = true
      this.#wake()
    })
    void this.#forwardAll()
  }

  /** Bytes that came in and have not been forwarded yet. */
  get heldBytes(): number {
    return this.#heldBytes
  }

  /** Forwards nothing until `resume`, like a network that has gone dead. */
  stall(): void {
    this.#stalled = true
  }

  resume(): void {
    this.#stalled = false
    this.#wake()
  }

  /** Forwards nothing ever again: what still comes is read and dropped. */
  end(): void {
    this.#over = true
    this.#source.resume()
    this.#wake()
  }

  #hold(chunk: Buffer): void {
    if (this.#over) return
    this.#held.push({ chunk, dueAt: performance.now() + (this.#events.faults().delayMs ?? 0) })
    this.#heldBytes += chunk.length
    if (this.#heldBytes >= MAX_HELD_BYTES) this.#source.pause()
    this.#wake()
  }

  async #forwardAll(): Promise<void> {
    for (;;) {
      const next = this.#stalled ? undefined : this.#held.shift()
      if (this.#over) return
      if (next !== undefined) {
        await this.#forward(next)
        this.#heldBytes -= next.chunk.length
        if (this.#heldBytes < MAX_HELD_BYTES) this.#source.resume()
      } else if (this.#ended && !this.#stalled) {
        this.#target.end()
        return
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
      }
    }
  }

  async #forward({ chunk, dueAt }: Held): Promise<void> {
    // A timer may come a millisecond early.
    for (let early = dueAt - performance.now(); early > 0; early = dueAt - performance.now()) await sleep(early)
    let offset = 0
    for (const stop of this.#events.sees(chunk)) {
      await this.#write(chunk.subarray(offset, stop))
      if (this.#over) return
      this.#events.reached()
      offset = stop
    }
    await this.#write(chunk.subarray(offset))
  }

  async #write(bytes: Buffer): Promise<void> {
    let offset = 0
    while (offset < bytes.length) {
      await this.#whileStalled()
      if (this.#over) return
      const piece = bytes.subarray(offset, offset + this.#pieceLength(bytes.length - offset))
      await this.#writePiece(piece)
      offset += piece.length
      this.#cutIfDue()
    }
  }

  #pieceLength(available: number): number {
    const { pieceBytes, bytesPerSecond, cutAfterBytes } = this.#events.faults()
    const limits = [available]
    if (pieceBytes !== undefined) limits.push(pieceBytes)
    if (bytesPerSecond !== undefined) limits.push(Math.ceil(bytesPerSecond / SLICES_PER_SECOND))
    if (cutAfterBytes !== undefined) limits.push(Math.max(1, cutAfterBytes - this.bytes))
    return Math.min(...limits)
  }

  async #writePiece(piece: Buffer): Promise<void> {
    const { pieceBytes, bytesPerSecond } = this.#events.faults()
    await new Promise((resolve) => this.#target.write(piece, resolve))
    this.bytes += piece.length
    // Lets the reader see this piece by itself before the next one is written.
    if (pieceBytes !== undefined) await eventLoopTurn()
    if (bytesPerSecond !== undefined) await sleep((piece.length / bytesPerSecond) * 1000)
  }

  async #whileStalled(): Promise<void> {
    while (this.#stalled && !this.#over) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  #cutIfDue(): void {
    const { cutAfterBytes, cutBy = 'fin' } = this.#events.faults()
    if (cutAfterBytes !== undefined && this.bytes >= cutAfterBytes) this.#events.cut(cutBy)
  }
}
