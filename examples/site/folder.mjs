// Serves the files of a folder.
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'

/** @type {Record<string, string>} */
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.png': 'image/png'
}

/**
 * Answers with the file at `path` inside `folder`. Resolves to false when there is none.
 * @param {string} folder @param {string} path @param {import('node:http').ServerResponse} response
 */
export async function serveFile(folder, path, response) {
  const file = join(folder, normalize(decodeURIComponent(path.endsWith('/') ? `${path}index.html` : path)))
  if (!file.startsWith(folder + sep)) return false
  const found = await stat(file).catch(() => undefined)
  if (found === undefined || !found.isFile()) return false
  response.writeHead(200, {
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    'content-length': found.size
  })
  createReadStream(file).pipe(response)
  return true
}
