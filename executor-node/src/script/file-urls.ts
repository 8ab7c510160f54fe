import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, extname, relative, resolve, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Loader, Plugin } from 'esbuild'

const LOADERS: Readonly<Record<string, Loader>> = {
  '.ts': 'ts',
  '.mts': 'ts',
  '.cts': 'ts',
  '.tsx': 'tsx',
  '.js': 'js',
  '.mjs': 'js',
  '.cjs': 'js',
  '.jsx': 'jsx'
}

const META = Symbol.for('quarry.fileMeta')
const META_TOKEN = /\bimport\s*\.\s*meta\b/g

/**
 * After bundling, every file has the entry's `import.meta` and none has `__dirname`. Files that mention them get
 * their own back, by their path relative to the entry. What is added goes before the first line: lines stay.
 */
export function fileUrls(entry: string): Plugin {
  const folder = dirname(entry)
  return {
    name: 'quarry-file-urls',
    setup({ onLoad }) {
      onLoad({ filter: /\.[cm]?[jt]sx?$/, namespace: 'file' }, async ({ path }) => {
        const text = await readFile(path, 'utf8')
        const contents = withOwnUrls(text, relative(folder, path).split(sep).join('/'), path === entry)
        const loader = LOADERS[extname(path)]
        return contents === text || loader === undefined ? undefined : { contents, loader }
      })
    }
  }
}

function withOwnUrls(text: string, path: string, isEntry: boolean): string {
  const usesMeta = !isEntry && text.match(META_TOKEN) !== null
  const names = ['__dirname', '__filename'].filter((name) => usesUndeclared(text, name))
  if (!usesMeta && names.length === 0) return text
  const lookUp = `globalThis[Symbol.for('quarry.fileMeta')](${JSON.stringify(path)})`
  const added = [
    ...(usesMeta ? [`const __quarryMeta = ${lookUp};`] : []),
    ...names.map((name) => `const ${name} = ${lookUp}.${name === '__dirname' ? 'dirname' : 'filename'};`)
  ]
  const body = usesMeta ? text.replace(META_TOKEN, '__quarryMeta') : text
  // A first line that starts with #! has to stay the first.
  return body.startsWith('#!') ? body.replace('\n', `\n${added.join('')}`) : added.join('') + body
}

function usesUndeclared(text: string, name: string): boolean {
  return text.includes(name) && !new RegExp(`\\b(const|let|var)\\s+${name}\\b`).test(text)
}

/** Provides at run time what {@link fileUrls} refers to. */
export function provideFileUrls(entry: string): void {
  const metaOf = (path: string) => {
    const filename = resolve(dirname(entry), path)
    const url = pathToFileURL(filename).href
    const { resolve: resolveModule } = createRequire(filename)
    return { url, filename, dirname: dirname(filename), resolve: (id: string) => pathToFileURL(resolveModule(id)).href }
  }
  Object.defineProperty(globalThis, META, { value: metaOf, configurable: true })
}
