// Runs the example site: node examples/site/server.mjs
// PORT is the port on 127.0.0.1 (default 8790; 0 takes a free one). GIT_DOC_DIR is the folder of the Git manuals; by
// default artifacts/git-doc/html, where eng/fetch-git-doc.sh puts them. Prints the address as its first line.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { startSite } from './site.mjs'

const fetched = fileURLToPath(new URL('../../artifacts/git-doc/html', import.meta.url))
const gitDoc = process.env.GIT_DOC_DIR ?? (existsSync(fetched) ? fetched : undefined)
const port = Number(process.env.PORT ?? 8790)
const { url, close } = await startSite({ port, ...(gitDoc && { gitDoc }) })
console.log(url)
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => close().then(() => process.exit(0)))
