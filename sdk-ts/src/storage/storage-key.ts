import type { StoragePartitionMeta } from './api.js'
import { escapeFilename } from './filename.js'
import { escapePartitionValue } from './partition-value.js'

/**
 * The key under which a sidecar file of a run is stored (CONTRACT_LODE, layout).
 * Throws when the file name or a partition value cannot be used.
 */
export function buildStorageKey(partition: StoragePartitionMeta, filename: string): string {
  const part = (name: keyof StoragePartitionMeta) => escapePart(name, partition[name])
  const base = `datasets/${part('dataset')}/partitions/source=${part('source')}/category=${part('category')}`
  return `${base}/day=${part('day')}/run_id=${part('run_id')}/files/${escapeFilename(filename)}`
}

function escapePart(name: string, raw: string): string {
  const result = escapePartitionValue(raw)
  if ('escaped' in result) return result.escaped
  throw new RangeError(`The partition value ${name}=${JSON.stringify(raw)} cannot be used: ${result.problem}.`)
}
