import type { BrowserContext, Page } from 'puppeteer-core'

/** Does something to every page of the context, also to those that the script or a page opens later. */
export function preparePages(context: BrowserContext, prepare: (page: Page) => Promise<void>): void {
  const prepared = async (page: Page) => {
    await prepare(page)
    return page
  }
  const newPage = context.newPage.bind(context)
  context.newPage = async (...options) => prepared(await newPage(...options))
  context.on('targetcreated', async (target) => {
    // A popup may be gone before it could be prepared.
    await target.page().then(
      (page) => page && prepared(page).catch(() => {}),
      () => {}
    )
  })
}
