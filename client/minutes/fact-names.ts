import { useI18n } from 'vue-i18n'

/** What kinds of facts are called: `vote:<id>` is a vote, `official.late` those who came late. */
export function useFactName(): (ref: string) => string {
  const { t, te } = useI18n()
  return (ref) => {
    const kind = ref.split(':')[0] ?? ref
    const [first = kind, part] = kind.split('.')
    const roll = ['official', 'others', 'press'].includes(first) && part
    const key = roll ? `minutes.fact.roll.${part}` : `minutes.fact.${kind.replaceAll('.', '_')}`
    return te(key) ? roll ? t('minutes.fact.ofRoll', { what: t(key), whose: t(`minutes.fact.whose.${first}`) }) : t(key) : t('minutes.fact.other')
  }
}
