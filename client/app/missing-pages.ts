import { useRouter } from 'vue-router'
import { useNotify } from '../ui/notify.ts'
import { ApiError } from './api-error.ts'
import { useErrorText } from './error-text.ts'

const missing = /dynamically imported module|Importing a module|module script failed/i

/**
 * What to do when a page's script cannot be loaded. Without the server the present page stays, with all that is on it, and
 * says so; with it the script is gone since an update, and the page is loaded anew, at most once a path.
 */
export function useMissingPages() {
  const router = useRouter()
  const notify = useNotify()
  const errorText = useErrorText()

  async function reachesServer(): Promise<boolean> {
    try {
      return (await fetch('/', { method: 'HEAD', cache: 'no-store' })).ok
    } catch {
      return false
    }
  }

  router.onError(async (error: Error, to) => {
    if (!missing.test(error.message)) return
    const key = `nghi-su.reloaded.${to.path}`
    const again = sessionStorage.getItem(key) === null
    if (again && await reachesServer()) {
      sessionStorage.setItem(key, '1')
      location.assign(to.fullPath)
    } else notify.failed(errorText(new ApiError('offline')))
  })
}
