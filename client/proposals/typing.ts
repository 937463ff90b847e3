/** Whether a key belongs to what the person is typing in, or to a shortcut of the browser. */
export function isTyping(event: KeyboardEvent): boolean {
  return event.altKey || event.ctrlKey || event.metaKey
    || (event.target instanceof Element && event.target.closest('input, textarea, select, [contenteditable], [role="dialog"], [role="listbox"]') !== null)
}
