// What a run left in a storage folder, read as a stranger reads it: a report, folders and Parquet.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'

const compressors = { ZSTD: (/** @type {Uint8Array} */ bytes) => zstdDecompressSync(bytes) }

/**
 * @typedef {{ type: string, seq_first: number, seq_last: number, count: number, reason: string }} DropRange
 * @typedef {{ seq: number, type: string, payload: unknown, columns: string[] }} Row
 * @typedef {{ run: Record<string, any>, complete: boolean, drops: DropRange[], rows: Row[], folders: string[] }} Posture
 */

/**
 * Reads a run: `report` is what `quarry run --report FILE` wrote, `storage` its folder.
 * @param {string} storage @param {string} report @returns {Promise<Posture>}
 */
export async function readRun(storage, report) {
  const { run, proof } = JSON.parse(readFileSync(report, 'utf8'))
  const root = join(storage, run.storage_path)
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.parquet'))
  const rows = (await Promise.all(files.map((file) => readRows(root, file)))).flat()
  const folders = [...new Set(rows.map((row) => `event_type=${row.type}`))].sort()
  return { run, complete: proof.complete, drops: proof.drops, rows, folders }
}

/** The rows of one file, in its order; rows of no event have no seq. @param {string} root @param {string} name */
async function readRows(root, name) {
  const file = await asyncBufferFromFile(join(root, name))
  const metadata = await parquetMetadataAsync(file)
  const columns = metadata.schema.slice(1).map((column) => `${column.name} ${column.type} ${column.converted_type}`)
  const type = /event_type=([^/]+)/.exec(name)?.[1] ?? ''
  const rows = await parquetReadObjects({ file, metadata, compressors })
  return rows.map(({ seq, payload }) => ({ seq: Number(seq), type, payload, columns })).filter((row) => row.seq > 0)
}
