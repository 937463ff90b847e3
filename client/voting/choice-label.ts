import { useI18n } from 'vue-i18n'
import type { VoteTerms } from '../../protocol/voting.ts'

/** What a choice is called: a grade as its scale names it, else one of the three of a named vote. */
export function useChoiceLabel() {
  const { t, locale } = useI18n()
  return (vote: Pick<VoteTerms, 'scale'>, choice: string): string => {
    const grade = vote.scale.find((one) => one.id === choice)
    if (grade) return locale.value === 'vi' ? grade.label.vi : grade.label.en
    return t(`voting.choice.${choice}`)
  }
}
