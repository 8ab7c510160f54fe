// Keyboard: "/" goes to the search field, "g r" to the runs, "g l" to launch, "g s" to the start page.
let pending = false
const places = { r: '/runs', l: '/launch', s: '/' }
addEventListener('keydown', (event) => {
  const typing = event.target instanceof HTMLElement && event.target.closest('input, textarea, select')
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return
  if (event.key === '/') {
    const search = document.querySelector('[data-search]')
    if (search) {
      event.preventDefault()
      search.focus()
    }
  }
  if (pending && places[event.key]) location.assign(places[event.key])
  pending = event.key === 'g'
})
