// The example site as a server that tests and examples can start.
import { createServer } from 'node:http'
import { catalogueCsv, PAGE_SIZE, PAGES, PRODUCTS } from './catalogue.mjs'
import { serveFile } from './folder.mjs'
import * as pages from './pages.mjs'

const SESSION = 'session=open'

/**
 * Starts the site on 127.0.0.1. `gitDoc` is the folder of the Git manuals, served under /git-doc/ when given.
 * @param {{ port?: number, gitDoc?: string }} [options]
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function startSite({ port = 0, gitDoc } = {}) {
  const server = createServer((request, response) => {
    answer(request, response, gitDoc).catch((error) => {
      console.error(error)
      response.writeHead(500).end('The site failed; see its log.')
    })
  })
  await new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(undefined))
  })
  const address = /** @type {import('node:net').AddressInfo} */ (server.address())
  const close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url: `http://127.0.0.1:${address.port}`, close }
}

/**
 * @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response
 * @param {string | undefined} gitDoc
 */
async function answer(request, response, gitDoc) {
  const url = new URL(request.url ?? '/', 'http://site')
  if (gitDoc !== undefined && url.pathname.startsWith('/git-doc/')) {
    if (await serveFile(gitDoc, url.pathname.slice('/git-doc'.length), response)) return
  }
  if (request.method === 'POST' && url.pathname === '/login') return signIn(request, response)
  const {
    status = 200,
    type = 'text/html; charset=utf-8',
    headers = {},
    body
  } = route(url, request.headers.cookie ?? '')
  response.writeHead(status, { 'content-type': type, ...headers }).end(body)
}

/**
 * @param {URL} url @param {string} cookie
 * @returns {{ status?: number, type?: string, headers?: Record<string, string>, body?: string }}
 */
function route(url, cookie) {
  const productId = /^\/products\/(\d+)$/.exec(url.pathname)?.[1]
  if (productId !== undefined) return orNotFound(pages.product(Number(productId)))
  switch (url.pathname) {
    case '/':
      return { body: pages.home() }
    case '/health':
      return { type: 'text/plain', body: 'healthy' }
    case '/list':
      return listPage(Number(url.searchParams.get('page') ?? 1))
    case '/infinite':
      return { body: pages.infinite() }
    case '/api/products':
      return moreProducts(Number(url.searchParams.get('offset') ?? 0))
    case '/files/catalogue.csv':
      return download('catalogue.csv', 'text/csv; charset=utf-8', catalogueCsv())
    case '/login':
      return { body: pages.login() }
    case '/account':
      return cookie.includes(SESSION) ? { body: pages.account() } : { status: 302, headers: { location: '/login' } }
    default:
      return orNotFound(undefined)
  }
}

/** @param {string | undefined} body */
function orNotFound(body) {
  return body === undefined ? { status: 404, body: pages.notFound() } : { body }
}

/** @param {number} page */
function listPage(page) {
  return orNotFound(Number.isInteger(page) && page >= 1 && page <= PAGES ? pages.list(page) : undefined)
}

/** @param {number} offset */
function moreProducts(offset) {
  const products = PRODUCTS.slice(offset, offset + PAGE_SIZE)
  const done = offset + products.length >= PRODUCTS.length
  return { type: 'application/json', body: JSON.stringify({ products, done }) }
}

/** @param {string} name @param {string} type @param {string} body */
function download(name, type, body) {
  return { type, headers: { 'content-disposition': `attachment; filename="${name}"` }, body }
}

/**
 * The one account: visitor / stone.
 * @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response
 */
async function signIn(request, response) {
  const chunks = await Array.fromAsync(request)
  const form = new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
  if (form.get('user') !== 'visitor' || form.get('password') !== 'stone') {
    response.writeHead(401, { 'content-type': 'text/html; charset=utf-8' }).end(pages.login('Wrong name or password.'))
    return
  }
  response.writeHead(303, { location: '/account', 'set-cookie': `${SESSION}; HttpOnly; Path=/` }).end()
}
