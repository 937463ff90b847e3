import { useI18n } from 'vue-i18n'
import type { Threshold } from '../../protocol/shares.ts'

/** A share in words: "từ 2/3 trở lên", "trên 1/2". */
export function useShareText() {
  const { t } = useI18n()
  return ({ numerator, denominator, strict }: Pick<Threshold, 'numerator' | 'denominator' | 'strict'>) =>
    t(strict ? 'bodies.rules.moreThan' : 'bodies.rules.atLeast', { share: `${numerator}/${denominator}` })
}
