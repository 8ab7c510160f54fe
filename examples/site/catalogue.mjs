// The products that the example site shows. Fixed, so that tests know every one of them.

const STONES = [
  'Granite',
  'Basalt',
  'Marble',
  'Slate',
  'Limestone',
  'Sandstone',
  'Travertine',
  'Quartzite',
  'Gneiss',
  'Onyx'
]
const FORMS = ['slab', 'tile', 'block']

/** Products on one list page. */
export const PAGE_SIZE = 10

/** @typedef {{ id: number, name: string, price: number, stock: number }} Product */

/** @type {readonly Product[]} */
export const PRODUCTS = FORMS.flatMap((form, row) =>
  STONES.map((stone, column) => {
    const id = row * STONES.length + column + 1
    return { id, name: `${stone} ${form}`, price: 10 + id * 1.25, stock: (id * 7) % 23 }
  })
)

/** The products of a list page, counted from 1. @param {number} page */
export function pageOf(page) {
  return PRODUCTS.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE)
}

/** Number of list pages. */
export const PAGES = Math.ceil(PRODUCTS.length / PAGE_SIZE)

/** The whole catalogue as CSV. */
export function catalogueCsv() {
  const rows = PRODUCTS.map(({ id, name, price, stock }) => `${id},${name},${price.toFixed(2)},${stock}`)
  return `${['id,name,price,stock', ...rows].join('\n')}\n`
}
