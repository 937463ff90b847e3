/**
 * The levels of state secrets as they are stamped on papers, and the line of a form that names one (Law 117/2025/QH15; before it
 * the same words by law 29/2018/QH14). They are only looked for: a person decides what a paper is, no program does.
 */
const STAMPED = /^[\s("“]*(?:TUYỆT MẬT|TỐI MẬT|MẬT)[\s)"”.]*$/mu
const NAMED = /^\s*độ mật\s*:\s*(?:tuyệt mật|tối mật|mật)\s*[.;]?\s*$/imu

/** The first page that seems to bear a level of secrecy, counted from 1; null where none does. Texts are NFC. */
export function secrecyMarkedPage(texts: readonly string[]): number | null {
  const index = texts.findIndex((text) => STAMPED.test(text) || NAMED.test(text))
  return index < 0 ? null : index + 1
}
