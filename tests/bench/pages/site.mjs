// @ts-check
// Pages of a site of this machine: an index that links to all, and each with some rows.
import { createServer } from 'node:http'

const rows = Array.from({ length: 200 }, (_, row) => `<li>row ${row}</li>`).join('')

/** @param {number} pages @returns {Promise<{ url: string, urls: string[], close: () => void }>} */
export async function startSite(pages) {
  const links = Array.from({ length: pages }, (_, page) => `<a href="/page-${page}">${page}</a>`).join('\n')
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'text/html')
    response.end(`<title>${request.url}</title>${request.url === '/' ? links : `<ul>${rows}</ul>`}`)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  const urls = Array.from({ length: pages }, (_, page) => `${url}/page-${page}`)
  return { url, urls, close: () => server.close() }
}
