// @ts-check
// The same items from a script, each emit awaited.
import { COUNT, ITEM } from './workload.mjs'

/** @param {{ emit: { item(item: unknown): Promise<void> } }} context */
export default async function ({ emit }) {
  for (let seq = 1; seq <= COUNT; seq++) await emit.item(ITEM)
}
