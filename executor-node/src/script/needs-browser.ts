import type { Bundle } from './bundle.js'

/** What may decide before the run that no browser is needed: a hook, or a schema that the job may not fit. */
const DECIDES = /\bprepare\b|\bdefineScript\b/

/** Ways to export a hook without naming it. */
const EXPORTS_UNNAMED = /\bexport\s*\*|\bexports\b/

/**
 * A browser takes longer to open than a script to load, so it is opened meanwhile; unless something may decide before that
 * none is needed.
 */
export function surelyNeedsBrowser({ exports, source }: Bundle): boolean {
  return exports?.includes('prepare') === false && !source.includes('defineScript')
}

/** The same of a script that is not compiled yet. A script of which it is not true may need one all the same. */
export function textNeedsBrowser(text: string): boolean {
  return !DECIDES.test(text) && !EXPORTS_UNNAMED.test(text)
}
