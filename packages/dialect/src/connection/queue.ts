/** What can stand in a {@link Queue}: it carries its own link, so that queueing allocates nothing. */
export interface Queued<Item> {
  /** The queue alone touches it. */
  next: Item | null
}

/** First in, first out, as a linked list: what has left is unreachable at once, and ten thousand cost no more than ten. */
export class Queue<Item extends Queued<Item>> {
  #first: Item | null = null
  #last: Item | null = null
  #length = 0

  get first(): Item | null {
    return this.#first
  }

  get last(): Item | null {
    return this.#last
  }

  get length(): number {
    return this.#length
  }

  add(item: Item): void {
    if (this.#last === null) this.#first = item
    else this.#last.next = item
    this.#last = item
    this.#length++
  }

  /** Takes the first out. */
  shift(): Item | null {
    const item = this.#first
    if (item === null) return null
    this.#first = item.next
    if (item.next === null) this.#last = null
    else item.next = null
    this.#length--
    return item
  }

  /** Takes out the first that `matches`, wherever it stands. */
  remove(matches: (item: Item) => boolean): Item | null {
    let before: Item | null = null
    for (let item = this.#first; item !== null; before = item, item = item.next) {
      if (!matches(item)) continue
      if (before === null) this.#first = item.next
      else before.next = item.next
      if (this.#last === item) this.#last = before
      item.next = null
      this.#length--
      return item
    }
    return null
  }
}
