import { useI18n } from 'vue-i18n'
import type { InstanceHolder } from '../../protocol/procedure-instances.ts'
import type { Responsible } from '../../protocol/procedure-rules.ts'
import type { UnitName } from '../../protocol/units.ts'

/** Who does a step, in words. */
export function useResponsible() {
  const { t } = useI18n()
  return {
    /** As the procedure has it. */
    responsible: (who: Responsible, units: readonly UnitName[]) =>
      who.kind === 'role' ? t(`procedures.role.${who.role}`) : units.find(({ id }) => id === who.unit)?.name ?? t('procedures.unknownUnit'),
    /** Who has an instance now. */
    holder: ({ unit, role, person }: InstanceHolder, bodyName: string) => {
      const answers = unit?.name ?? t(`procedures.holder.${role ?? 'office'}`, { body: bodyName })
      return person ? t('procedures.holder.person', { name: person.fullName, unit: answers }) : answers
    },
  }
}
