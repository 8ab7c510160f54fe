import { Limits } from '../contract/limits.js'
import type { Channel } from '../emit/channel.js'
import { PayloadError } from '../errors.js'
import type { StorageAPI, StoragePartitionMeta, StoragePutOptions, StoragePutResult } from './api.js'
import { escapeFilename } from './filename.js'
import { buildStorageKey } from './storage-key.js'

/** Builds `ctx.storage`. Files keep their place among the events; their acknowledgements may overlap. */
export function createStorage(channel: Channel, partition?: StoragePartitionMeta): StorageAPI {
  let lastWriteId = 0
  const put = async (options: StoragePutOptions): Promise<StoragePutResult> => {
    const key = checkedKey(options, partition)
    const { filename, content_type, data } = options
    const write_id = ++lastWriteId
    let stored = Promise.resolve()
    await channel.exclusive('storage.put', () =>
      channel.appendFrames((sink) => {
        sink.encoder.plain({ type: 'file_write', write_id, filename, content_type, data })
        stored = sink.fileStored(write_id)
        // Awaited below; a refusal that comes before must not count as unhandled.
        stored.catch(() => {})
      })
    )
    await stored
    return { key }
  }
  return Object.freeze({ put })
}

function checkedKey(options: StoragePutOptions, partition?: StoragePartitionMeta): string {
  const { filename, content_type, data } = options
  escapeFilename(filename)
  if (typeof content_type !== 'string' || content_type === '')
    throw new PayloadError('content_type', 'has to be a text that is not empty.')
  if (!(data instanceof Uint8Array)) throw new PayloadError('data', 'has to be a Buffer or a Uint8Array.')
  if (data.length > Limits.chunkBytesMax)
    throw new PayloadError(
      'data',
      `has ${data.length} bytes, limit ${Limits.chunkBytesMax}; use emit.artifact instead.`
    )
  return partition === undefined ? '' : buildStorageKey(partition, filename)
}
