import { useEventListener } from '@vueuse/core'

/** Where letters are typed, or lead to a choice that begins with them. */
const takesLetters = 'input, textarea, select, [contenteditable], [role="dialog"], [role="listbox"], [role="menu"], [role="combobox"]'

/** Which row to go to from one (-1: none) by a step, of so many that are shown. */
export function nextRow(from: number, step: 1 | -1, count: number): number {
  if (from < 0) return step > 0 ? 0 : count - 1
  return Math.min(Math.max(from + step, 0), count - 1)
}

/** J and K go down and up through the links of a list; Enter opens, as of any link. */
export function useRowKeys(links: () => HTMLElement[]) {
  useEventListener('keydown', (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return
    const step = event.key.toLowerCase() === 'j' ? 1 : event.key.toLowerCase() === 'k' ? -1 : null
    if (step === null || (event.target instanceof Element && event.target.closest(takesLetters))) return
    // The other layout of the list is there too, hidden.
    const shown = links().filter((link) => link.offsetParent !== null)
    if (!shown.length) return
    event.preventDefault()
    const at = shown.findIndex((link) => link === document.activeElement)
    shown[nextRow(at, step, shown.length)]?.focus()
  })
}
