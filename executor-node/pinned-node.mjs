// Where the Node is that runs executors and tests: the one pinned as an npm package, or a new enough other one.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The oldest Node that has everything the executor needs (`module.registerHooks`). */
export const NODE_VERSION_MIN = [22, 15]

/** Path of the Node to use. Throws when neither the pinned package nor the running Node can serve. */
export function pinnedNode() {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  const folder = packageFolder(name)
  const binary = folder && join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (binary && existsSync(binary)) return binary
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > NODE_VERSION_MIN[0] || (major === NODE_VERSION_MIN[0] && minor >= NODE_VERSION_MIN[1]))
    return process.execPath
  throw new Error(
    `Node ${process.versions.node} is too old (needs ${NODE_VERSION_MIN.join('.')}), ` +
      `and the package ${name} is not installed. ` +
      'Run npm ci without --omit=optional, or install a newer Node.'
  )
}

function packageFolder(name) {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))
  } catch {
    // Not installed: an optional dependency of another platform, or omitted.
    return undefined
  }
}
