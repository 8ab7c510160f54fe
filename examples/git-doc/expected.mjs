// What a crawl of the Git manuals has to find, taken from the files without a browser:
//   node examples/git-doc/expected.mjs FOLDER [listed]   prints one JSON object per page, ordered by page;
//                                                       with listed only of the index and what it links to.
// It shares no code with the script: another parser (parse5), files instead of HTTP.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parse } from 'parse5'

/** @typedef {{ page: string, title: string, command: string | null, options: string[], link_count: number }} Manual */
/** @typedef {{ name: string, value: string }} Attribute */
/** @typedef {{ nodeName: string, value?: string, attrs?: Attribute[], childNodes?: Node[] }} Node */

/**
 * The manuals in `folder` that can be reached from its index.html, by file name; with `isListedOnly` in one step.
 * @param {string} folder @param {boolean} [isListedOnly] @returns {Manual[]}
 */
export function expectedManuals(folder, isListedOnly = false) {
  /** @type {Map<string, Manual>} */
  const manuals = new Map()
  const open = ['index.html']
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (manuals.has(path) || !existsSync(join(folder, path))) continue
    const { manual, links } = readManual(folder, path)
    manuals.set(path, manual)
    if (isListedOnly && path !== 'index.html') continue
    for (const link of links) {
      // An example address in a manual about servers is no address.
      if (!URL.canParse(link, `http://manuals/${path}`)) continue
      const target = new URL(link, `http://manuals/${path}`)
      target.hash = ''
      if (target.host === 'manuals' && target.href.endsWith('.html')) open.push(target.pathname.slice(1))
    }
  }
  return [...manuals.values()].sort((a, b) => (a.page < b.page ? -1 : 1))
}

/** @param {string} folder @param {string} path */
function readManual(folder, path) {
  const nodes = [...walk(/** @type {Node} */ (parse(readFileSync(join(folder, path), 'utf8'))))]
  const title = trimmed(text(nodes.find((node) => node.nodeName === 'title')))
  const links = nodes
    .filter((node) => node.nodeName === 'a')
    .map((node) => node.attrs?.find((attribute) => attribute.name === 'href')?.value)
    .filter((href) => href !== undefined)
  const terms = nodes.filter((node) => node.nodeName === 'dt').map((node) => trimmed(text(node)))
  const options = terms.filter((term) => term.startsWith('-'))
  const command = title.match(/^(git[\w-]*)\(\d\)$/)?.[1] ?? null
  return { manual: { page: path, title, command, options, link_count: links.length }, links }
}

/** @param {Node} node @returns {Generator<Node>} */
function* walk(node) {
  yield node
  for (const child of node.childNodes ?? []) yield* walk(child)
}

/** @param {Node | undefined} node */
function text(node) {
  if (node === undefined) return ''
  return [...walk(node)].map((part) => (part.nodeName === '#text' ? (part.value ?? '') : '')).join('')
}

/** @param {string} value */
function trimmed(value) {
  return value.replace(/\s+/g, ' ').trim()
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [, , folder, which] = process.argv
  if (folder === undefined) throw new Error('Usage: node examples/git-doc/expected.mjs FOLDER [listed]')
  for (const manual of expectedManuals(folder, which === 'listed')) console.log(JSON.stringify(manual))
}
