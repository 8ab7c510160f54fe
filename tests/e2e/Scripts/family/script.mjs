/** Says what it was told to: a job lists names of items, children to enqueue, and how often to fail. */
export default async function ({ emit, job, run, signal }) {
  console.log(`family ${job.name} begins`)
  for (const name of job.items ?? ['one']) await emit.item({ item_type: 'name', data: { name } })
  for (const child of job.children ?? []) await emit.enqueue({ target: './script.mjs', params: child })
  await emit.checkpoint({ checkpoint_id: 'named', state: { name: job.name } })
  if ((job.fails ?? 0) >= run.attempt) throw new Error(`${job.name} fails at attempt ${run.attempt}`)
  if (job.waits)
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('told to end'))))
}
