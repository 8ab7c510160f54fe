/** What a manual says, and where it leads. Runs in the browser. */
export function readManual() {
  const anchors = [...document.querySelectorAll<HTMLAnchorElement>('a[href]')]
  const terms = [...document.querySelectorAll('dt')].map((term) => (term.textContent ?? '').replace(/\s+/g, ' ').trim())
  return {
    title: document.title,
    command: /^(git[\w-]*)\(\d\)$/.exec(document.title)?.[1] ?? null,
    options: terms.filter((term) => term.startsWith('-')),
    link_count: anchors.length,
    links: anchors.map((anchor) => anchor.href)
  }
}
