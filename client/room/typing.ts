import { shallowRef } from 'vue'

/** Where letters are typed, or lead to a choice that begins with them. */
const takesLetters = 'input, textarea, select, [contenteditable], [role="dialog"], [role="listbox"], [role="menu"], [role="combobox"]'

/** Somebody asked to write and the field is on its way: what is typed meanwhile is part of a text. */
export const writing = shallowRef(false)

/** Whether a key pressed is a command to the room, and not part of a text, of a choice or of the browser’s own shortcuts. */
export function isCommand(event: KeyboardEvent): boolean {
  if (writing.value) return false
  if (event.altKey || event.ctrlKey || event.metaKey || event.repeat || event.defaultPrevented) return false
  return !(event.target instanceof Element && event.target.closest(takesLetters))
}
