import { Limits } from '../contract/limits.js'

const UNRESERVED = /[A-Za-z0-9._~$&+:=@-]/

/** Why a text is no partition value. */
export type PartitionValueProblem = 'empty' | 'dots' | 'too_long'

/** Result of {@link escapePartitionValue}. */
export type EscapedPartitionValue = { readonly escaped: string } | { readonly problem: PartitionValueProblem }

/**
 * Escapes one partition value (CONTRACT_LODE, escaping): `[A-Za-z0-9._~-]` and `$&+:=@` stay, every other UTF-8
 * byte becomes `%XX`. Empty text, `.`, `..` and more than {@link Limits.escapedNameBytesMax} bytes are refused.
 */
export function escapePartitionValue(raw: string): EscapedPartitionValue {
  if (raw === '') return { problem: 'empty' }
  if (raw === '.' || raw === '..') return { problem: 'dots' }
  let escaped = ''
  for (const byte of new TextEncoder().encode(raw)) {
    const character = String.fromCharCode(byte)
    const keep = byte < 0x80 && UNRESERVED.test(character)
    escaped += keep ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
    if (escaped.length > Limits.escapedNameBytesMax) return { problem: 'too_long' }
  }
  return { escaped }
}
