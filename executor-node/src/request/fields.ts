import { InvalidInputError } from './invalid-input.js'

/** Reads named fields of a JSON object and names them in errors. */
export class Fields {
  readonly value: Readonly<Record<string, unknown>>
  readonly #prefix: string

  private constructor(value: Readonly<Record<string, unknown>>, prefix: string) {
    this.value = value
    this.#prefix = prefix
  }

  static of(what: string, value: unknown, prefix = ''): Fields {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new InvalidInputError(what, 'has to be a JSON object.')
    return new Fields(value as Record<string, unknown>, prefix)
  }

  has(name: string): boolean {
    return Object.hasOwn(this.value, name)
  }

  get(name: string): unknown {
    return this.has(name) ? this.value[name] : undefined
  }

  text(name: string): string {
    const value = this.get(name)
    if (typeof value === 'string' && value !== '') return value
    throw this.#refuse(name, value === undefined ? 'is missing.' : 'has to be a text that is not empty.')
  }

  /** Null and empty text count as absent: both are what other languages write for an unset text. */
  optionalText(name: string): string | undefined {
    const value = this.get(name)
    if (value === undefined || value === null || value === '') return undefined
    return this.text(name)
  }

  integer(name: string, min: number): number {
    const value = this.get(name)
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min) return value
    throw this.#refuse(name, value === undefined ? 'is missing.' : `has to be an integer of at least ${min}.`)
  }

  optionalObject<T>(name: string, parse: (fields: Fields) => T): T | undefined {
    const value = this.get(name)
    if (value === undefined || value === null) return undefined
    return parse(Fields.of(this.#prefix + name, value, `${this.#prefix}${name}.`))
  }

  #refuse(name: string, reason: string): InvalidInputError {
    return new InvalidInputError(this.#prefix + name, reason)
  }
}
