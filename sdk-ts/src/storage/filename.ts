import { Limits } from '../contract/limits.js'
import { StorageFilenameError } from '../errors.js'
import { escapePartitionValue } from './partition-value.js'

/** Names that Windows gives to devices, with or without an extension. */
const RESERVED = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?$/i

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
const CONTROL = /[\u0000-\u001f\u007f]/

/**
 * Checks a sidecar file name and returns it escaped, as it appears in the storage.
 * Throws {@link StorageFilenameError} with the reason.
 */
export function escapeFilename(filename: string): string {
  const reason = filenameProblem(filename)
  if (reason !== undefined) throw new StorageFilenameError(String(filename), reason)
  const result = escapePartitionValue(filename)
  if ('escaped' in result) return result.escaped
  const limit = `it takes more than ${Limits.escapedNameBytesMax} bytes once escaped`
  throw new StorageFilenameError(filename, result.problem === 'too_long' ? limit : 'it names no file')
}

function filenameProblem(filename: unknown): string | undefined {
  if (typeof filename !== 'string') return 'it is no text'
  if (filename === '') return 'it is empty'
  if (/[/\\]/.test(filename)) return 'it contains a path separator'
  if (filename.includes('..')) return 'it contains ".."'
  if (CONTROL.test(filename)) return 'it contains a control character'
  if (RESERVED.test(filename)) return 'it is reserved for a device'
  if (/[. ]$/.test(filename)) return 'it ends with a dot or a space'
  return undefined
}
