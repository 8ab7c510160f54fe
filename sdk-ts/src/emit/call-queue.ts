/** Calls that wait for their turn, in order. Taking from the front is O(1). */
export class CallQueue<T> {
  #calls: (T | undefined)[] = []
  #head = 0

  get length(): number {
    return this.#calls.length - this.#head
  }

  push(call: T): void {
    this.#calls.push(call)
  }

  shift(): T | undefined {
    const call = this.#calls[this.#head]
    this.#calls[this.#head++] = undefined
    if (this.#head > 1024 && this.#head * 2 > this.#calls.length) {
      this.#calls = this.#calls.slice(this.#head)
      this.#head = 0
    }
    return call
  }
}
