import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { useSession } from '../identity/session.ts'
import { useConfirm } from '../ui/confirm.ts'
import { pending } from './leaving.ts'

/** How long leaving may wait for what is being saved, ms. */
const SETTLE_MS = 3000

/** Guards every way off a page; for the app to set up once. */
export function useLeaveGuard() {
  const router = useRouter()
  const session = useSession()
  const confirm = useConfirm()
  const { t } = useI18n()

  addEventListener('beforeunload', (event) => { if (pending().length) event.preventDefault() })

  router.beforeEach(async (to, from) => {
    const withoutHash = (path: string) => path.split('#')[0]
    if (withoutHash(to.fullPath) === withoutHash(from.fullPath)) return true
    // The end of a session is not for the person to refuse.
    if (!pending().length || session.status !== 'signedIn') return true
    await Promise.race([
      Promise.all(pending().map((one) => one.settle?.())),
      new Promise((resolve) => { setTimeout(resolve, SETTLE_MS) }),
    ])
    const left = pending()
    if (!left.length) return true
    const kind = left.some((one) => one.kind === 'typed') ? 'typed' : 'sending'
    return await confirm({
      title: t(`ui.leave.${kind}`), text: t(`ui.leave.${kind}Text`), action: t('ui.leave.action'), destructive: true,
    })
  })
}
