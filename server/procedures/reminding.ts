import type { Knex } from 'knex'
import { localDay, type Day } from '../../protocol/calendar.ts'
import type { StepRole } from '../../protocol/procedure-rules.ts'
import type { NewNotice } from '../notices/notices.ts'

/** A stay at a step whose last day has passed. `holder`: to whom it was handed on; else the unit, or the role in the body, answers for it. */
export interface LateStep {
  instanceId: string, seq: number, title: string, bodyId: string, stepName: string, dueOn: Day
  holder: string | null, unit: string | null, role: StepRole | null
}

export interface RemindingStore {
  /** Takes steps that are past their last day and were not told of. One statement; several processes take different ones. */
  takeLate(trx: Knex.Transaction, today: Day, limit: number): Promise<LateStep[]>
  holdersOn(db: Knex, instanceId: string, on: Day): Promise<string[]>
  /** The clerks of a body on that day. */
  clerksOn(db: Knex, bodyId: string, on: Day): Promise<string[]>
}

export interface RemindingDeps {
  db: Knex
  store: RemindingStore
  send(trx: Knex.Transaction, notices: readonly NewNotice[]): Promise<unknown>
  /** Whether offices have opened on a working day. */
  haveOpened(at: Date): Promise<boolean>
  now: () => Date
}

const A_LOOK = 200
/** As in telling.ts: of a large unit not everybody is told. */
const TOLD = 60

const roles: Record<StepRole, [vi: string, en: string]> = {
  starter: ['đơn vị lập hồ sơ', 'the unit that started it'], office: ['văn phòng', 'the office'], chair: ['chủ trì', 'the chair'], members: ['các thành viên', 'the members'],
}

function noticeOf({ instanceId, seq, title, stepName, dueOn, holder, unit, role }: LateStep, personId: string, part: 'holder' | 'office'): NewNotice {
  const by = dueOn.split('-').toReversed().join('/')
  const [vi, en] = role === null ? ['', ''] : roles[role]
  const who = { vi: holder ?? unit ?? vi, en: holder ?? unit ?? en }
  const words = part === 'holder'
    ? { vi: 'Đề nghị đồng chí xử lý, hoặc chuyển cho người khác thực hiện.', en: 'Please see to it, or hand it on.' }
    : { vi: `Trách nhiệm: ${who.vi}. Văn phòng có thể đôn đốc, hoặc chuyển bước này cho người khác.`, en: `Responsible: ${who.en}. The office may urge them, or hand the step on.` }
  return {
    personId, dedupeKey: `procedure ${instanceId} late ${seq}`, topic: `procedure:${instanceId}`, kind: 'procedures.late', link: `/procedures/files/${instanceId}`,
    words: {
      vi: { subject: 'Hồ sơ quá hạn xử lý', paragraphs: [`“${title}”: bước “${stepName}” có hạn ${by}.`, words.vi] },
      en: { subject: 'A file is overdue', paragraphs: [`“${title}”: the step “${stepName}” was due on ${by}.`, words.en] },
    },
  }
}

/** What comes of time alone: whoever has a step that is late, and the office of its body, are told once, as offices open on a working day. */
export function createReminding({ db, store, send, haveOpened, now }: RemindingDeps) {
  return {
    async run(): Promise<void> {
      const at = now()
      if (!await haveOpened(at)) return
      const today = localDay(at)
      await db.transaction(async (trx) => {
        for (const step of await store.takeLate(trx, today, A_LOOK)) {
          const holders = (await store.holdersOn(trx, step.instanceId, today)).slice(0, TOLD)
          const clerks = (await store.clerksOn(trx, step.bodyId, today)).filter((personId) => !holders.includes(personId))
          await send(trx, [...holders.map((personId) => noticeOf(step, personId, 'holder')), ...clerks.map((personId) => noticeOf(step, personId, 'office'))])
        }
      })
    },
  }
}

export type Reminding = ReturnType<typeof createReminding>
