import { useI18n } from 'vue-i18n'
import { pending } from '../app/leaving.ts'
import { useNotify } from '../ui/notify.ts'

/**
 * For what closes a page to further files: says whether all files of it have arrived, and tells the person about those on their
 * way, which would come too late.
 */
export function useSentFirst(): () => boolean {
  const { t } = useI18n()
  const notify = useNotify()
  return () => {
    const onTheirWay = pending().some(({ kind }) => kind === 'sending')
    if (onTheirWay) notify.failed(t('uploads.sentFirst'))
    return !onTheirWay
  }
}
