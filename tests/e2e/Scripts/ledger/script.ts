import type { QuarryContext } from '@quarry/sdk'

interface Job {
  ledger: string
}

const ITEMS_PER_FLUSH = 10
const FLUSH_TIMEOUT_MS = 180_000

/** Emits numbers until the ledger has enough. What was acknowledged as durable is told to the ledger, and nothing else is. */
export default async function run({ job, emit, signal }: QuarryContext<Job>): Promise<void> {
  for (let number = 1, isEnough = false; !isEnough; number++) {
    await emit.item({ item_type: 'number', data: { number } })
    if (number % ITEMS_PER_FLUSH !== 0) continue
    await emit.flush({ timeoutMs: FLUSH_TIMEOUT_MS })
    const answer = await fetch(`${job.ledger}/acknowledged/${number}`, { method: 'POST', signal })
    isEnough = (await answer.text()) === 'enough'
  }
}
