import { Buffer } from 'node:buffer'

/** Strings up to this many UTF-16 units are written by hand: cheaper than a call into native code. */
const SHORT_STRING_UNITS = 24

/** Appends MessagePack to one growing buffer. Positions and lengths are bytes. */
export class MsgpackWriter {
  buffer: Buffer
  /** Where the next byte goes. */
  position = 0

  constructor(capacityBytes: number) {
    this.buffer = Buffer.allocUnsafeSlow(capacityBytes)
  }

  /** Makes room for `bytes` more. */
  reserve(bytes: number): void {
    const needed = this.position + bytes
    if (needed <= this.buffer.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.buffer.length * 2))
    this.buffer.copy(grown, 0, 0, this.position)
    this.buffer = grown
  }

  /** Copies bytes that are MessagePack already. */
  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.buffer.set(bytes, this.position)
    this.position += bytes.length
  }

  nil(): void {
    this.reserve(1)
    this.buffer[this.position++] = 0xc0
  }

  boolean(value: boolean): void {
    this.reserve(1)
    this.buffer[this.position++] = value ? 0xc3 : 0xc2
  }

  /** Writes a finite number: an integer when it is a safe one, else a 64-bit float. */
  number(value: number): void {
    this.reserve(9)
    if (!Number.isSafeInteger(value)) {
      this.buffer[this.position] = 0xcb
      this.buffer.writeDoubleBE(value, this.position + 1)
      this.position += 9
    } else if (value >= 0) this.#unsigned(value)
    else this.#negative(value)
  }

  #unsigned(value: number): void {
    const at = this.position
    if (value < 0x80) this.buffer[this.position++] = value
    else if (value <= 0xff) {
      this.buffer[at] = 0xcc
      this.buffer[at + 1] = value
      this.position += 2
    } else if (value <= 0xffff) this.#header16(0xcd, value)
    else if (value <= 0xffffffff) this.#header32(0xce, value)
    else this.#wide(0xcf, value)
  }

  #negative(value: number): void {
    const at = this.position
    if (value >= -0x20) this.buffer[this.position++] = value & 0xff
    else if (value >= -0x80) {
      this.buffer[at] = 0xd0
      this.buffer[at + 1] = value & 0xff
      this.position += 2
    } else if (value >= -0x8000) this.#header16(0xd1, value & 0xffff)
    else if (value >= -0x80000000) this.#header32(0xd2, value >>> 0)
    else this.#wide(0xd3, value)
  }

  #wide(code: number, value: number): void {
    const high = Math.floor(value / 0x100000000)
    this.buffer[this.position] = code
    this.buffer.writeUInt32BE(high >>> 0, this.position + 1)
    this.buffer.writeUInt32BE(value >>> 0, this.position + 5)
    this.position += 9
  }

  #header16(code: number, value: number): void {
    const at = this.position
    const buffer = this.buffer
    buffer[at] = code
    buffer[at + 1] = value >>> 8
    buffer[at + 2] = value & 0xff
    this.position = at + 3
  }

  #header32(code: number, value: number): void {
    this.buffer[this.position] = code
    this.buffer.writeUInt32BE(value, this.position + 1)
    this.position += 5
  }

  mapHeader(count: number): void {
    this.reserve(5)
    if (count < 16) this.buffer[this.position++] = 0x80 | count
    else if (count <= 0xffff) this.#header16(0xde, count)
    else this.#header32(0xdf, count)
  }

  /** Lowers the count of a map header that was written at `at` for `written` entries. */
  patchMapHeader(at: number, written: number, count: number): void {
    if (written < 16) this.buffer[at] = 0x80 | count
    else if (written <= 0xffff) this.buffer.writeUInt16BE(count, at + 1)
    else this.buffer.writeUInt32BE(count, at + 1)
  }

  arrayHeader(count: number): void {
    this.reserve(5)
    if (count < 16) this.buffer[this.position++] = 0x90 | count
    else if (count <= 0xffff) this.#header16(0xdc, count)
    else this.#header32(0xdd, count)
  }

  binary(bytes: Uint8Array): void {
    this.reserve(5 + bytes.length)
    if (bytes.length <= 0xff) {
      this.buffer[this.position++] = 0xc4
      this.buffer[this.position++] = bytes.length
    } else if (bytes.length <= 0xffff) this.#header16(0xc5, bytes.length)
    else this.#header32(0xc6, bytes.length)
    this.raw(bytes)
  }

  string(text: string): void {
    if (text.length <= SHORT_STRING_UNITS && this.#shortAscii(text)) return
    this.#encodedString(text)
  }

  #shortAscii(text: string): boolean {
    this.reserve(1 + SHORT_STRING_UNITS)
    const buffer = this.buffer
    const start = this.position
    const length = text.length
    for (let index = 0; index < length; index++) {
      const unit = text.charCodeAt(index)
      if (unit >= 0x80) return false
      buffer[start + 1 + index] = unit
    }
    buffer[start] = 0xa0 | length
    this.position = start + 1 + length
    return true
  }

  /** The header's size depends on the byte length, known only afterwards: guess ASCII, move when wrong. */
  #encodedString(text: string): void {
    this.reserve(5 + text.length * 3)
    const start = this.position
    const guess = stringHeaderBytes(text.length)
    const bytes = this.buffer.write(text, start + guess, 'utf8')
    const actual = stringHeaderBytes(bytes)
    if (actual !== guess) this.buffer.copyWithin(start + actual, start + guess, start + guess + bytes)
    this.#stringHeader(bytes)
    this.position = start + actual + bytes
  }

  #stringHeader(bytes: number): void {
    if (bytes < 32) this.buffer[this.position] = 0xa0 | bytes
    else if (bytes <= 0xff) {
      this.buffer[this.position] = 0xd9
      this.buffer[this.position + 1] = bytes
    } else if (bytes <= 0xffff) this.#header16(0xda, bytes)
    else this.#header32(0xdb, bytes)
  }
}

function stringHeaderBytes(bytes: number): number {
  if (bytes < 32) return 1
  if (bytes <= 0xff) return 2
  return bytes <= 0xffff ? 3 : 5
}
