import { useToast } from '@nuxt/ui/composables'

/** Short notices at the edge of the window. What must be read or decided stands in the page instead. */
export function useNotify() {
  const toast = useToast()
  return {
    done: (title: string, description?: string) =>
      void toast.add({ title, ...(description ? { description } : {}), color: 'success', icon: 'i-lucide-circle-check' }),
    /** Stays until it is closed: a failure must not pass unseen. */
    failed: (title: string) => void toast.add({ title, color: 'error', icon: 'i-lucide-circle-alert', duration: 0 }),
    told: (title: string, description?: string) =>
      void toast.add({ title, ...(description ? { description } : {}), color: 'info', icon: 'i-lucide-info' }),
  }
}
