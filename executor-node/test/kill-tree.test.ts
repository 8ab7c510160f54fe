import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { expect, it } from 'vitest'
import { killTree } from '../src/browser/kill-tree.js'

/** Starts a process from each of two threads, as browsers do, and says which. */
const PARENT = `
  const { Worker } = require('node:worker_threads')
  const start = "console.log(require('node:child_process').spawn('sleep', ['600']).pid)"
  eval(start)
  new Worker(start, { eval: true })`

it.runIf(process.platform === 'linux')('kills what any thread of a process started', async () => {
  const parent = spawn(process.execPath, ['-e', PARENT], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(parent, 'exit')
  const children: string[] = []
  for await (const pid of createInterface(parent.stdout)) if (children.push(pid) === 2) break

  killTree(parent.pid as number)

  await ended
  await expect.poll(() => children.filter((pid) => existsSync(`/proc/${pid}`)), { timeout: 10_000 }).toEqual([])
})
