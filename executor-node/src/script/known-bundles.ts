import { stat } from 'node:fs/promises'
import type { Bundle } from './bundle.js'

/** Compiled scripts, as long as the files that went into them are as they were. */
export class KnownBundles {
  readonly #known = new Map<string, { readonly bundle: Bundle; readonly stamp: string }>()

  /** The bundle of the script at `path`; compiled when it is not known, or when one of its files has changed. */
  async get(path: string, compile: () => Promise<Bundle>): Promise<Bundle> {
    const last = this.#known.get(path)
    if (last !== undefined && (await stampOf(last.bundle)) === last.stamp) return last.bundle
    const bundle = await compile()
    this.#known.set(path, { bundle, stamp: await stampOf(bundle) })
    return bundle
  }
}

async function stampOf({ files }: Bundle): Promise<string> {
  const stamps = await Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ mtimeMs, size }) => `${mtimeMs} ${size}`,
        // A file that is gone, or that only the compiler knows, has no stamp; the compiler says what is missing.
        () => 'none'
      )
    )
  )
  return stamps.join()
}
