import { shallowReactive } from 'vue'

/** Secret votes whose ballot was taken from this page, by id: nothing else in the room can know of it. */
export const castHere = shallowReactive(new Set<string>())
