import { createHash } from 'node:crypto'
import { basename, dirname, resolve } from 'node:path'
import { type BuildFailure, build, type Message, type Metafile, stop, transform } from 'esbuild'
import { fileUrls } from './file-urls.js'
import { ScriptLoadError } from './script-error.js'
import { sdkStaysOutside } from './sdk-names.js'

/** A script as one module. */
export interface Bundle {
  /** The module's text, with its source map inline. */
  readonly source: string
  /** SHA-256 of the text without the map, lower-case hex: the version of the script. */
  readonly sha256: string
  /** Names that the module exports; undefined for CommonJS, whose exports are known only when it runs. */
  readonly exports: readonly string[] | undefined
  /** Packages and modules of Node that the module imports. */
  readonly imports: readonly string[]
  /** Paths of the files inside. */
  readonly files: readonly string[]
  /** Whether CommonJS files are inside, which may call `require`. */
  readonly usesRequire: boolean
}

/**
 * Puts the script and the files it imports into one module. Packages stay outside and are resolved when the module
 * runs. Nothing in it depends on where the script lies, so the same content gives the same hash on every machine.
 */
export async function bundleScript(path: string): Promise<Bundle> {
  const folder = dirname(path)
  try {
    const result = await build({
      absWorkingDir: folder,
      entryPoints: [`./${basename(path)}`],
      outfile: `${folder}/script.mjs`,
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'node',
      // Functions passed to page.evaluate run in the browser: no helper may be woven into them.
      target: 'esnext',
      keepNames: false,
      packages: 'external',
      sourcemap: 'external',
      sourcesContent: false,
      metafile: true,
      logLevel: 'silent',
      plugins: [sdkStaysOutside, fileUrls(path)]
    })
    const text = (extension: string) => result.outputFiles.find((file) => file.path.endsWith(extension))?.text ?? ''
    return describe(folder, text('.mjs'), text('.map'), result.metafile)
  } catch (error) {
    throw isBuildFailure(error) ? new ScriptLoadError(compileErrors(path, error.errors)) : error
  } finally {
    // The compiler is a process of its own; nothing needs it after this.
    await stop()
  }
}

/** Starts the compiler, so that the next script does not wait for it. */
export async function warmCompiler(): Promise<void> {
  await transform('')
}

function describe(folder: string, code: string, map: string, { inputs, outputs }: Metafile): Bundle {
  const usesRequire = Object.values(inputs).some((input) => input.format === 'cjs')
  const entry = Object.values(outputs).find((output) => output.entryPoint !== undefined)
  const encodedMap = Buffer.from(map).toString('base64')
  return {
    source: `${code}//# sourceMappingURL=data:application/json;base64,${encodedMap}\n`,
    sha256: createHash('sha256').update(code).digest('hex'),
    exports: usesRequire ? undefined : entry?.exports,
    imports: entry?.imports.filter(({ external }) => external).map(({ path }) => path) ?? [],
    files: Object.keys(inputs).map((file) => resolve(folder, file)),
    usesRequire
  }
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && Array.isArray((error as Partial<BuildFailure>).errors)
}

function compileErrors(path: string, errors: readonly Message[]): string {
  const lines = errors.map(({ text, location }) => {
    const where = location === null ? '' : `${location.file}:${location.line}:${location.column + 1}: `
    return `  ${where}${text}`
  })
  return `The script ${path} does not compile:\n${lines.join('\n')}`
}
