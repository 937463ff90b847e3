const NAME_MAX_LENGTH = 240

/**
 * The name that a file is attached under. Whatever the sender's system wrote becomes one line in NFC: no folders, no control or
 * direction characters (which show `gpj.exe` as `exe.jpg`), its end kept where it is too long.
 */
export function fileName(given: string): string {
  const last = given.normalize('NFC').split(/[/\\]/).at(-1) ?? ''
  const line = last.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, ' ').replace(/\s+/g, ' ').trim()
  const shown = /^\.*$/.test(line) ? 'document' : line
  return shown.slice(-NAME_MAX_LENGTH).toWellFormed()
}
