/** Reads the MessagePack that the SDK writes: for tests of scripts, which look at what was emitted. */
export class MsgpackReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** The next value. */
  value(): unknown {
    const code = this.#unsigned(1)
    if (code < 0x80) return code
    if (code < 0x90) return this.#map(code & 0x0f)
    if (code < 0xa0) return this.#array(code & 0x0f)
    if (code < 0xc0) return this.#text(code & 0x1f)
    return code < 0xe0 ? this.#coded(code) : code - 0x100
  }

  #coded(code: number): unknown {
    switch (code) {
      case 0xc0:
        return null
      case 0xc2:
      case 0xc3:
        return code === 0xc3
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return Uint8Array.from(this.#take(this.#unsigned(1 << (code - 0xc4))))
      case 0xcb:
        return this.#take(8).readDoubleBE(0)
      case 0xcc:
      case 0xcd:
      case 0xce:
      case 0xcf:
        return this.#unsigned(1 << (code - 0xcc))
      case 0xd0:
      case 0xd1:
      case 0xd2:
      case 0xd3:
        return this.#signed(1 << (code - 0xd0))
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#text(this.#unsigned(1 << (code - 0xd9)))
      case 0xdc:
      case 0xdd:
        return this.#array(this.#unsigned(2 << (code - 0xdc)))
      case 0xde:
      case 0xdf:
        return this.#map(this.#unsigned(2 << (code - 0xde)))
      default:
        throw new RangeError(`0x${code.toString(16)} is nothing that the SDK writes.`)
    }
  }

  #take(bytes: number): Buffer {
    if (this.#at + bytes > this.#bytes.length) throw new RangeError('The value ends in the middle.')
    this.#at += bytes
    return this.#bytes.subarray(this.#at - bytes, this.#at)
  }

  #unsigned(bytes: number): number {
    return bytes === 8 ? Number(this.#take(8).readBigUInt64BE(0)) : this.#take(bytes).readUIntBE(0, bytes)
  }

  #signed(bytes: number): number {
    return bytes === 8 ? Number(this.#take(8).readBigInt64BE(0)) : this.#take(bytes).readIntBE(0, bytes)
  }

  #text(bytes: number): string {
    return this.#take(bytes).toString('utf8')
  }

  #array(count: number): unknown[] {
    return Array.from({ length: count }, () => this.value())
  }

  #map(count: number): Record<string, unknown> {
    return Object.fromEntries(Array.from({ length: count }, () => [String(this.value()), this.value()]))
  }
}
