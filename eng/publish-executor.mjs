#!/usr/bin/env node
// Puts what runs scripts beside a published program: the executor's bundle, and the packages that are not bundled,
// among them the pinned Node.
//   node eng/publish-executor.mjs DEST
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const executor = join(root, 'executor-node')
// What executor-node/build.mjs leaves outside of the bundle: programs and megabytes of data, found beside themselves.
const unbundled = ['esbuild', '@sparticuz/chromium']

const destination = process.argv[2]
if (!destination) fail('Say where to: node eng/publish-executor.mjs DEST')
if (!existsSync(join(executor, 'dist/executor.mjs'))) fail('The executor is not built. Run: npm ci && npm run build')

const target = resolve(destination)
rmSync(join(target, 'executor-node'), { recursive: true, force: true })
rmSync(join(target, 'node_modules'), { recursive: true, force: true })
copy(executor, ['dist', 'package.json'])
// What `quarry init` names as the SDK of a new script.
rmSync(join(target, 'sdk-ts'), { recursive: true, force: true })
copy(join(root, 'sdk-ts'), ['dist', 'package.json', 'README.md'])

const { dependencies, optionalDependencies } = manifest(executor)
const copied = new Set()
for (const name of unbundled) {
  if (!dependencies[name]) fail(`${name} is no dependency of executor-node any more. Correct the list in this script.`)
  copyPackage(name, executor)
}
for (const name of Object.keys(optionalDependencies)) copyPackage(name, executor, { isOptional: true })
if (![...copied].some((folder) => folder.includes('/node_modules/node-'))) {
  fail('The pinned Node is not installed for this platform. Run: npm ci')
}

function copyPackage(name, from, { isOptional = false } = {}) {
  const folder = find(name, from)
  if (!folder && isOptional) return
  if (!folder) fail(`${name} is not installed, but ${relative(root, from)} needs it. Run: npm ci`)
  if (copied.has(folder)) return
  copied.add(folder)
  copy(folder, ['.'])
  const { dependencies = {}, optionalDependencies = {} } = manifest(folder)
  for (const needed of Object.keys(dependencies)) {
    copyPackage(needed, folder, { isOptional: needed in optionalDependencies })
  }
  for (const wanted of Object.keys(optionalDependencies)) copyPackage(wanted, folder, { isOptional: true })
}

// As Node looks for packages: beside, then above, up to the root of the repository.
function find(name, from) {
  for (let at = from; at.length >= root.length - 1; at = dirname(at)) {
    const folder = join(at, 'node_modules', name)
    if (existsSync(join(folder, 'package.json'))) return folder
  }
  return undefined
}

function copy(folder, parts) {
  for (const part of parts) {
    const to = join(target, relative(root, folder), part)
    mkdirSync(dirname(to), { recursive: true })
    // Packages inside of a package are copied when something needs them.
    const keep = (path) => relative(folder, path).split('/')[0] !== 'node_modules'
    cpSync(join(folder, part), to, { recursive: true, dereference: true, filter: keep })
  }
}

function manifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}

function fail(message) {
  console.error(message)
  process.exit(1)
}
