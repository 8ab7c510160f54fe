// @ts-check
// P10's peer: the pages of an index through Puppeteer alone, four tabs, each page once, its rows into a file of JSON lines.
import { appendFile } from 'node:fs/promises'
import puppeteer from 'puppeteer'

const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
const browser = await puppeteer.launch({
  executablePath: process.env.PUPPETEER_EXECUTABLE_PATH,
  headless: 'shell',
  args
})
const first = await browser.newPage()
await first.goto(String(process.argv[2]))
const links = await first.$$eval('a', (all) => all.map((link) => link.href))
const open = [...new Set(links)]
let pages = 0
const work = async () => {
  const page = await browser.newPage()
  for (let url = open.pop(); url !== undefined; url = open.pop()) {
    await page.goto(url)
    const rows = await page.$$eval('li', (all) => all.map((row) => row.textContent))
    await appendFile('rows.jsonl', `${JSON.stringify({ url, rows })}\n`)
    pages++
  }
}
await Promise.all([work(), work(), work(), work()])
await browser.close()
console.log(JSON.stringify({ pages }))
