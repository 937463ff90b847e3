/**
 * What Nuxt UI gets as `@unhead/vue`: nothing. It keeps its colours in the page's head by it, and those it also writes there
 * itself when it starts; they never change after that. Our pages set their titles in page-title.ts.
 */
export const createHead = () => ({ install() {} })
export const injectHead = () => ({})
export const useHead = () => {}
