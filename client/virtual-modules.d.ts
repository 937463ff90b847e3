/** Made by client/desk-icons-plugin.ts. */
declare module 'virtual:desk-icons' {
  export function init(addIcon: (name: string, icon: { body: string, width?: number, height?: number }) => void): void
}
