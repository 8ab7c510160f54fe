// @ts-check
// P10's peer: the pages of an index through Crawlee, each once, its rows into Crawlee's dataset. Argument: the index.
import { PuppeteerCrawler } from '@crawlee/puppeteer'

const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
const crawler = new PuppeteerCrawler({
  minConcurrency: 4,
  maxConcurrency: 4,
  headless: true,
  launchContext: { launchOptions: { executablePath: process.env.PUPPETEER_EXECUTABLE_PATH, headless: 'shell', args } },
  async requestHandler({ request, page, enqueueLinks, pushData }) {
    if (new URL(request.url).pathname === '/') return void (await enqueueLinks())
    const rows = await page.$$eval('li', (all) => all.map((row) => row.textContent))
    await pushData({ url: request.url, rows })
  }
})
await crawler.run([String(process.argv[2])])
console.log(JSON.stringify({ pages: (await crawler.getData()).count }))
