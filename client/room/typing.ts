/** Where letters are typed, or lead to a choice that begins with them. */
const takesLetters = 'input, textarea, select, [contenteditable], [role="dialog"], [role="listbox"], [role="menu"], [role="combobox"]'

/** Whether a key pressed is a command to the room, and not part of a text, of a choice or of the browser’s own shortcuts. */
export function isCommand(event: KeyboardEvent): boolean {
  if (event.altKey || event.ctrlKey || event.metaKey || event.repeat || event.defaultPrevented) return false
  return !(event.target instanceof Element && event.target.closest(takesLetters))
}
