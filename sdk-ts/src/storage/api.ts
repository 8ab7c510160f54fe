/** Options of {@link StorageAPI.put}. */
export interface StoragePutOptions {
  /** One path segment; see `StorageFilenameError` for what is refused. */
  filename: string
  /** MIME type. */
  content_type: string
  /** At most 8 MiB. It must not change before the promise resolves. */
  data: Uint8Array
}

/** Result of {@link StorageAPI.put}. */
export interface StoragePutResult {
  /** Where the file lies in the storage; empty when the runtime did not say where the run is stored. */
  readonly key: string
}

/** Sidecar files: named bytes next to the run's data. */
export interface StorageAPI {
  /** Stores a file and resolves when the runtime has it. A rejection concerns this file only. */
  readonly put: (options: StoragePutOptions) => Promise<StoragePutResult>
}

/** Where the run is stored. The values are raw: `buildStorageKey` escapes them. */
export interface StoragePartitionMeta {
  readonly dataset: string
  readonly source: string
  readonly category: string
  /** UTC day of the run's start, `YYYY-MM-DD`. */
  readonly day: string
  readonly run_id: string
}
