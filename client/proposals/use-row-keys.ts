import { useEventListener } from '@vueuse/core'

/** Whether a key belongs to what the person is typing in, or to a shortcut of the browser. */
export function isTyping(event: KeyboardEvent): boolean {
  return event.altKey || event.ctrlKey || event.metaKey
    || (event.target instanceof HTMLElement && event.target.closest('input, textarea, select, [contenteditable], [role="dialog"], [role="listbox"]') !== null)
}

/** J and K move through the rows of the page: the shown links marked `data-row`. */
export function useRowKeys() {
  useEventListener('keydown', (event: KeyboardEvent) => {
    const step = { j: 1, k: -1 }[event.key.toLowerCase()]
    if (step === undefined || isTyping(event)) return
    const rows = [...document.querySelectorAll<HTMLElement>('[data-row]')].filter((row) => row.offsetParent !== null)
    const at = rows.indexOf(document.activeElement as HTMLElement)
    const next = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step]
    if (!next) return
    event.preventDefault()
    next.focus()
    next.scrollIntoView({ block: 'nearest' })
  })
}
