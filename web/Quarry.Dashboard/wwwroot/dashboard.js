// Keyboard: "/" goes to the search field, "g" then a letter to a page. Elements with data-copy copy that text.
const places = { s: '/', r: '/runs', l: '/launch', h: '/system' }
let pending = false

addEventListener('keydown', (event) => {
  const typing = event.target instanceof HTMLElement && event.target.closest('input, textarea, select')
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return
  if (event.key === '/') {
    const search = document.querySelector('[data-search]')
    if (search) {
      event.preventDefault()
      search.focus()
      search.select()
    }
  }
  if (pending && places[event.key]) Blazor.navigateTo(places[event.key])
  pending = event.key === 'g'
})

addEventListener('click', (event) => {
  if (event.target instanceof HTMLElement && event.target.closest('[data-reload]')) location.reload()
})

addEventListener('click', async (event) => {
  const button = event.target instanceof HTMLElement && event.target.closest('[data-copy]')
  if (!button) return
  await navigator.clipboard.writeText(button.dataset.copy)
  const before = button.textContent
  button.textContent = 'Copied'
  setTimeout(() => { button.textContent = before }, 1500)
})
