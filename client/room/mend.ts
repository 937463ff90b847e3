/** Browsers that let a blocked camera be allowed in the same way. */
export type BrowserKind = 'chromium' | 'firefox' | 'safari' | 'android' | 'ios'

/** Which words help somebody to allow camera and microphone; null for a browser that we cannot tell. */
export function browserKind(userAgent: string): BrowserKind | null {
  // Every browser of a phone by Apple asks the same system.
  if (/iPhone|iPad|iPod/.test(userAgent)) return 'ios'
  if (/Android/.test(userAgent)) return 'android'
  if (/Firefox\//.test(userAgent)) return 'firefox'
  if (/Chrom(e|ium)\//.test(userAgent)) return 'chromium'
  return /Safari\//.test(userAgent) ? 'safari' : null
}
