import type { Plugin } from 'esbuild'

/** Names under which a script may import the SDK: ours, and those of the Go product's SDK. */
export const SDK_NAMES = ['@quarry/sdk', '@pithecene-io/quarry-sdk', '@justapithecus/quarry-sdk']

/**
 * Keeps the SDK out of the bundle, whatever `paths` of a tsconfig say: with a copy of its own, a script could not
 * recognise the errors of the executor's.
 */
export const sdkStaysOutside: Plugin = {
  name: 'quarry-sdk',
  setup({ onResolve }) {
    onResolve({ filter: /\/(quarry-)?sdk$/ }, ({ path }) =>
      SDK_NAMES.includes(path) ? { path, external: true } : undefined
    )
  }
}
