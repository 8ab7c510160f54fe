// Runs a program on the pinned Node: node eng/pinned-node.mjs FILE [ARGUMENTS...]
import { spawnSync } from 'node:child_process'
import { constants } from 'node:os'
import { pinnedNode } from '../executor-node/pinned-node.mjs'

const { status, signal, error } = spawnSync(pinnedNode(), process.argv.slice(2), { stdio: 'inherit' })
if (error) throw error
process.exit(signal === null ? status : 128 + constants.signals[signal])
