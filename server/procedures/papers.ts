import { formProblems, type FormColumn, type FormField, type FormValues, type ProcedureForm } from '../../protocol/procedure-forms.ts'
import type { Letterhead } from '../../protocol/bodies.ts'
import type { InstanceDetail } from '../../protocol/procedure-instances.ts'
import type { Paper, PaperBlock } from '../issuing/paper.ts'

/** Official papers are Vietnamese, whatever the reader's language. */

export interface Names { people: ReadonlyMap<string, string>, units: ReadonlyMap<string, string> }

const dayText = (day: string) => day.split('-').toReversed().join('/')
const numberText = (value: number) => new Intl.NumberFormat('vi-VN', { maximumFractionDigits: 20 }).format(value)
const DOTS = '……………………'

function text(field: FormColumn, value: unknown, names: Names): string {
  if (value === undefined || value === '') return ''
  switch (field.kind) {
    case 'money': return `${numberText(Number(value))} đồng`
    case 'number': return numberText(Number(value))
    case 'date': return dayText(String(value))
    case 'choice': return field.options.find(({ id }) => id === value)?.label ?? ''
    case 'person': return names.people.get(String(value)) ?? ''
    case 'unit': return names.units.get(String(value)) ?? ''
    default: return String(value)
  }
}

/** A choice that is to be ticked by hand shows all that there is. */
const blank = (field: FormColumn) => field.kind === 'choice' ? field.options.map(({ label }) => `☐ ${label}`).join('   ') : DOTS

function blocks(field: FormField, values: FormValues, names: Names, empty: boolean): PaperBlock[] {
  if (field.kind !== 'table') {
    const said = text(field, values[field.id], names)
    if (field.kind === 'longText') return [{ kind: 'subheading', text: field.label }, { kind: 'paragraph', text: said || (empty ? `${DOTS}\n${DOTS}\n${DOTS}` : 'Không có.') }]
    return [{ kind: 'paragraph', text: `${field.label}: ${said || (empty ? blank(field) : 'không có')}` }]
  }
  const rows = Array.isArray(values[field.id]) ? values[field.id] as Record<string, unknown>[] : []
  const wide = (column: FormColumn) => column.kind === 'number' || column.kind === 'date' ? 1 : 2
  const centred = (column: FormColumn): 'left' | 'center' => column.kind === 'number' || column.kind === 'date' ? 'center' : 'left'
  return [{ kind: 'subheading', text: field.label }, {
    kind: 'table',
    columns: [{ title: 'TT', share: 0.6, align: 'center' as const }, ...field.columns.map((column) => ({ title: column.label, share: wide(column), align: centred(column) }))],
    rows: rows.length > 0 || !empty
      ? rows.map((row, index) => [String(index + 1), ...field.columns.map((column) => text(column, row[column.id], names))])
      : Array.from({ length: 4 }, (_, index) => [String(index + 1), ...field.columns.map(() => '')]),
  }]
}

const head = ({ style, superior, issuer, minutesSymbol, place }: Letterhead) => ({
  style, superior, issuer, symbol: minutesSymbol, place, number: null, unnumbered: true as const,
})

/** A form with what was filled in; `values` null: empty, to be filled in by hand. */
export function formPaper(form: ProcedureForm, { letterhead, abstract, values, names, at, signer, foot }: {
  letterhead: Letterhead, abstract: string, values: FormValues | null, names: Names, at: string | null, signer: string | null, foot: string
}): Paper {
  return {
    ...head(letterhead), date: at, type: form.name, abstract, foot,
    body: form.fields.flatMap((field) => blocks(field, values ?? {}, names, values === null)),
    signatures: [null, { title: 'Người lập phiếu', name: signer, who: 'clerk' }], recipients: ['Lưu hồ sơ'],
    draft: values !== null && formProblems(form.fields, values, true).length > 0,
  }
}

const outcomes = { done: 'Xong', returned: 'Trả lại', cancelled: 'Huỷ' } as const

/** The control sheet of an instance: every stay at a step with its limit and delay. */
export function sheetPaper(instance: InstanceDetail, letterhead: Letterhead, at: string): Paper {
  const who = (stepNo: number, endedAt: string | null) => {
    const event = instance.events.find((one) => one.at === endedAt && one.stepNo === stepNo)
    return instance.people.find(({ id }) => id === event?.actorId)?.fullName ?? ''
  }
  const moment = (instant: string | null) => instant === null ? '' : new Intl.DateTimeFormat('en-GB', {
    timeZone: 'Asia/Ho_Chi_Minh', day: '2-digit', month: '2-digit', year: 'numeric', hour: '2-digit', minute: '2-digit',
  }).format(new Date(instant)).replace(',', '')
  const late = instance.runs.reduce((sum, { lateDays }) => sum + lateDays, 0)
  return {
    ...head(letterhead), date: at, type: 'Phiếu kiểm soát quá trình giải quyết hồ sơ', abstract: instance.title, foot: `${instance.procedure.code} · phiên bản ${instance.procedure.version}`,
    body: [
      { kind: 'paragraph', text: `Quy trình: ${instance.procedure.code} ${instance.procedure.name}` },
      { kind: 'paragraph', text: `Đơn vị lập hồ sơ: ${instance.unit.name}. Cơ quan xử lý: ${instance.body.name}.` },
      {
        kind: 'table',
        columns: [
          { title: 'Bước', share: 3, align: 'left' }, { title: 'Nhận', share: 1.5, align: 'center' }, { title: 'Hạn', share: 1.2, align: 'center' },
          { title: 'Kết thúc', share: 1.5, align: 'center' }, { title: 'Ngày làm việc', share: 1, align: 'center' }, { title: 'Chậm', share: 0.8, align: 'center' },
          { title: 'Kết quả', share: 1.6, align: 'left' },
        ],
        rows: instance.runs.map((run) => [
          `${run.stepNo}. ${instance.content.steps[run.stepNo - 1]?.name ?? ''}`, moment(run.beganAt), dayText(run.dueOn), moment(run.endedAt), String(run.tookDays),
          run.lateDays > 0 ? String(run.lateDays) : '', [run.outcome ? outcomes[run.outcome] : 'Đang xử lý', who(run.stepNo, run.endedAt)].filter(Boolean).join(', '),
        ]),
      },
      { kind: 'paragraph', text: late > 0 ? `Tổng số ngày làm việc chậm: ${late}.` : 'Không có bước nào chậm.' },
    ],
    signatures: [null, { title: 'Người kiểm soát', name: null, who: 'clerk' }], recipients: ['Lưu hồ sơ'], draft: false,
  }
}
