import { Limits } from '../contract/limits.js'
import { PayloadError } from '../errors.js'
import type { MsgpackWriter } from './msgpack-writer.js'

/**
 * Writes script values under the rules of CONTRACT_EMIT (values):
 * JSON values plus binary; Date becomes ISO text, Map and Set become map and array, BigInt becomes decimal
 * text, `undefined` and functions are dropped (`null` inside an array, so that positions stay). NaN, Infinity,
 * promises, cycles and nesting deeper than {@link Limits.payloadDepthMax} are refused with their path.
 */
export class ValueEncoder {
  readonly #writer: MsgpackWriter
  /** Key and container of each open level: gives an error its path, and finds cycles. */
  readonly #keys: (string | number)[] = []
  readonly #containers: unknown[] = []
  #depth = 0

  constructor(writer: MsgpackWriter) {
    this.#writer = writer
  }

  /** Writes one value. `name` starts the path in errors. */
  root(name: string, value: unknown): void {
    this.#depth = 0
    this.#keys[0] = name
    this.#value(value)
  }

  /** Writes one value that has to be an object or a Map. */
  rootRecord(name: string, value: unknown): void {
    const record = typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value)
    if (!record) throw new PayloadError(name, `has to be an object, not ${describe(value)}.`)
    this.root(name, value)
  }

  #value(value: unknown): void {
    switch (typeof value) {
      case 'string':
        this.#writer.string(value)
        return
      case 'number':
        if (!Number.isFinite(value))
          throw this.#refuse(`is ${value}, which no stored format can hold; send null or text.`)
        this.#writer.number(value)
        return
      case 'boolean':
        this.#writer.boolean(value)
        return
      case 'bigint':
        this.#writer.string(value.toString())
        return
      case 'object':
        if (value === null) this.#writer.nil()
        else this.#object(value)
        return
      default:
        this.#writer.nil()
    }
  }

  #object(value: object): void {
    const prototype = Object.getPrototypeOf(value)
    if (prototype === Object.prototype || prototype === null) this.#plain(value)
    else if (Array.isArray(value)) this.#array(value)
    else this.#special(value)
  }

  #special(value: object): void {
    if (value instanceof Date) this.#date(value)
    else if (value instanceof Uint8Array) this.#writer.binary(value)
    else if (value instanceof ArrayBuffer) this.#writer.binary(new Uint8Array(value))
    else if (value instanceof DataView)
      this.#writer.binary(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
    else if (ArrayBuffer.isView(value)) this.#array([...(value as unknown as Iterable<unknown>)])
    else if (value instanceof Map) this.#map(value)
    else if (value instanceof Set) this.#array([...value])
    else if (value instanceof Error) this.#plain(errorRecord(value))
    else if (value instanceof RegExp) this.#writer.string(value.toString())
    else if (value instanceof Number || value instanceof String || value instanceof Boolean)
      this.#value(value.valueOf())
    else if (isThenable(value)) throw this.#refuse('is a promise; await it before it is emitted.')
    else this.#plain(value)
  }

  #date(value: Date): void {
    if (Number.isNaN(value.getTime())) throw this.#refuse('is an invalid Date.')
    this.#writer.string(value.toISOString())
  }

  #plain(value: object): void {
    const toJson = (value as { toJSON?: unknown }).toJSON
    if (typeof toJson === 'function') {
      const replaced: unknown = toJson.call(value, String(this.#keys[this.#depth]))
      if (replaced !== value) {
        this.#value(replaced)
        return
      }
    }
    const keys = Object.keys(value)
    this.#entries(value, keys, (key) => (value as Record<string, unknown>)[key])
  }

  #map(value: Map<unknown, unknown>): void {
    const record = new Map<string, unknown>()
    for (const [key, entry] of value) {
      if (typeof key === 'object' || typeof key === 'symbol' || typeof key === 'function')
        throw this.#refuse(`is a Map with a key that is ${describe(key)}; keys have to be text or numbers.`)
      record.set(String(key), entry)
    }
    this.#entries(value, [...record.keys()], (key) => record.get(key))
  }

  #entries(container: object, keys: string[], read: (key: string) => unknown): void {
    const writer = this.#writer
    const header = writer.position
    writer.mapHeader(keys.length)
    this.#enter(container)
    let kept = 0
    for (const key of keys) {
      const entry = read(key)
      if (isDropped(entry)) continue
      kept++
      this.#keys[this.#depth] = key
      writer.string(key)
      this.#value(entry)
    }
    this.#depth--
    if (kept !== keys.length) writer.patchMapHeader(header, keys.length, kept)
  }

  #array(value: readonly unknown[]): void {
    this.#writer.arrayHeader(value.length)
    this.#enter(value)
    for (let index = 0; index < value.length; index++) {
      this.#keys[this.#depth] = index
      this.#value(value[index])
    }
    this.#depth--
  }

  #enter(container: object): void {
    if (this.#depth >= Limits.payloadDepthMax) {
      const seen = this.#containers.indexOf(container)
      const cycle = seen >= 0 && seen < this.#depth
      if (cycle) this.#depth = this.#firstRepeat()
      throw this.#refuse(
        cycle
          ? 'refers back to an object that contains it (a cycle).'
          : `is nested deeper than ${Limits.payloadDepthMax}.`
      )
    }
    this.#containers[this.#depth] = container
    this.#depth++
  }

  /** Depth at which a container appears for the second time, so that the path ends where the cycle closes. */
  #firstRepeat(): number {
    const seen = new Set<unknown>()
    for (let depth = 0; depth < this.#depth; depth++) {
      if (seen.has(this.#containers[depth])) return depth
      seen.add(this.#containers[depth])
    }
    return this.#depth
  }

  #refuse(reason: string): PayloadError {
    let path = String(this.#keys[0])
    for (let depth = 1; depth <= this.#depth; depth++) path += pathStep(this.#keys[depth] ?? '')
    return new PayloadError(path, reason)
  }
}

function pathStep(key: string | number): string {
  if (typeof key === 'number') return `[${key}]`
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
}

function isDropped(value: unknown): boolean {
  return value === undefined || typeof value === 'function' || typeof value === 'symbol'
}

function isThenable(value: object): boolean {
  return typeof (value as { then?: unknown }).then === 'function'
}

/** An Error's own properties are not enumerable: without this its message would be lost silently. */
function errorRecord(error: Error): object {
  return Object.assign({ name: error.name, message: error.message, stack: error.stack }, error)
}

function describe(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (ArrayBuffer.isView(value)) return 'binary data'
  return typeof value === 'undefined' ? 'undefined' : `of type ${typeof value}`
}
