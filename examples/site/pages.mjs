// The HTML of the example site.
import { PAGES, PRODUCTS, pageOf } from './catalogue.mjs'

/** @param {string} title @param {string} body */
function page(title, body) {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${title}</title>
<style>body { font: 16px system-ui; margin: 2rem auto; max-width: 50rem } .product { padding: .5rem 0 }</style>
</head>
<body>
<h1>${title}</h1>
${body}
</body>
</html>
`
}

/** @param {import('./catalogue.mjs').Product} product */
function row({ id, name, price }) {
  return `<li class="product" data-id="${id}"><a class="name" href="/products/${id}">${name}</a>
  <span class="price">${price.toFixed(2)}</span></li>`
}

export function home() {
  const links = ['/list', '/infinite', '/account', '/files/catalogue.csv', '/git-doc/']
  return page('Stone yard', `<ul>${links.map((link) => `<li><a href="${link}">${link}</a></li>`).join('')}</ul>`)
}

/** A list page with links to its neighbours. @param {number} number */
export function list(number) {
  const rows = pageOf(number).map(row).join('\n')
  const previous = number > 1 ? `<a rel="prev" href="/list?page=${number - 1}">Previous</a>` : ''
  const next = number < PAGES ? `<a rel="next" href="/list?page=${number + 1}">Next</a>` : ''
  return page(`Stones, page ${number} of ${PAGES}`, `<ul class="products">${rows}</ul><nav>${previous} ${next}</nav>`)
}

/** The page of one product; undefined when there is none. @param {number} id */
export function product(id) {
  const found = PRODUCTS.find((candidate) => candidate.id === id)
  if (found === undefined) return undefined
  const { name, price, stock } = found
  const facts = `<dl><dt>Price</dt><dd class="price">${price.toFixed(2)}</dd>
<dt>Stock</dt><dd class="stock">${stock}</dd></dl>`
  return page(name, `${facts}<p><a href="/list">Back to the list</a></p>`)
}

/** A list that loads more of itself whenever its end comes into view. */
export function infinite() {
  return page(
    'All stones',
    `<ul class="products"></ul><p id="end">Loading ...</p>
<script type="module">
  const list = document.querySelector('.products')
  const end = document.querySelector('#end')
  let offset = 0, busy = false
  const more = async () => {
    if (busy) return
    busy = true
    const { products, done } = await (await fetch('/api/products?offset=' + offset)).json()
    for (const { id, name } of products) {
      const item = Object.assign(document.createElement('li'), { className: 'product', textContent: name })
      item.dataset.id = id
      list.append(item)
    }
    offset += products.length
    busy = false
    if (done) { observer.disconnect(); end.textContent = 'No more stones' }
    else if (end.getBoundingClientRect().top < innerHeight) more()
  }
  const observer = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && more())
  observer.observe(end)
</script>`
  )
}

/** The login form. @param {string} [problem] */
export function login(problem = '') {
  const warning = problem === '' ? '' : `<p class="problem">${problem}</p>`
  const field = (/** @type {string} */ name, type = 'text') =>
    `<label>${name} <input name="${name}" type="${type}"></label>`
  const fields = `${field('user')} ${field('password', 'password')}`
  const form = `<form method="post" action="/login">${fields} <button>Sign in</button></form>`
  return page('Sign in', warning + form)
}

/** What only a signed-in visitor sees. */
export function account() {
  const orders = PRODUCTS.slice(0, 4).map(({ id, name }) => `<li class="order" data-id="${id}">${name}</li>`)
  return page('Your orders', `<ul>${orders.join('')}</ul>`)
}

export function notFound() {
  return page('Not found', '<p>There is nothing here.</p>')
}
