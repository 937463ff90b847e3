import { z } from 'zod'

/** không mật · Mật · Tối mật · Tuyệt mật (Law 117/2025/QH15 on the protection of state secrets, from 01/3/2026) */
export const Secrecy = z.enum(['none', 'confidential', 'secret', 'topSecret'])
export type Secrecy = z.infer<typeof Secrecy>

/**
 * All that may be said here of something with a state secret: that it is one. Drafting or storing it on a networked machine
 * is forbidden (Law 117/2025/QH15), so a body that has anything beside this fits no schema.
 */
export const SecretMatter = z.strictObject({ secrecy: Secrecy.exclude(['none']) })
export type SecretMatter = z.infer<typeof SecretMatter>

/** Degrees as a stamp has them: capitals, alone on their line but for "Độ mật:", brackets, lines and stars around them. */
const STAMP = /^[\s\p{P}\p{S}]*(?:(?:ĐỘ|Độ) (?:MẬT|mật)\s*:?)?[\s\p{P}\p{S}]*(TUYỆT MẬT|TỐI MẬT|MẬT)[\s\p{P}\p{S}]*$/u

/**
 * The stamp of a degree of secrecy that a text seems to carry, or null. It is a reason to ask the person, and assigns
 * nothing: a word in running text ("nội dung mật") is none.
 */
export function stampIn(text: string): string | null {
  for (const line of text.normalize('NFC').split('\n')) {
    const found = STAMP.exec(line.replace(/[ \t]+/g, ' '))
    if (found) return found[1] ?? null
  }
  return null
}
