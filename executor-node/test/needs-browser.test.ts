import { describe, expect, it } from 'vitest'
import { textNeedsBrowser } from '../src/script/needs-browser.js'

describe('the text of a script', () => {
  it.each([
    'export default async ({ page }) => {}',
    "import { rows } from './rows.js'\nexport default async () => {}",
    'export const cleanup = () => {}\nexport default async () => {}'
  ])('tells that a browser is needed: %s', (text) => {
    expect(textNeedsBrowser(text)).toBe(true)
  })

  it.each([
    'export const prepare = () => {}',
    "export { prepare } from './hooks.js'",
    "export * from './hooks.js'",
    'export default defineScript({ job })',
    "module.exports = require('./script.js')",
    "Object.assign(exports, require('./script.js'))"
  ])('leaves open whether one is needed: %s', (text) => {
    expect(textNeedsBrowser(text)).toBe(false)
  })
})
