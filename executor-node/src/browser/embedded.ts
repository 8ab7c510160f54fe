/** A browser that came as an npm package, unpacked and ready to start. */
export interface EmbeddedBrowser {
  readonly path: string
  /** Variables that its process needs besides those of this one. */
  readonly env?: Readonly<Record<string, string>>
}

/** Unpacks the embedded browser. Resolves to a text that says why when it cannot serve. */
export async function unpackEmbedded(): Promise<EmbeddedBrowser | string> {
  return 'the package @sparticuz/chromium is not installed'
}
