import type { RecipientChoice } from '../../protocol/issuing.ts'
import { localDay } from '../../protocol/calendar.ts'
import type { Bodies } from '../bodies/bodies.ts'
import type { Units } from '../bodies/units.ts'
import type { PaperBlock } from '../issuing/paper.ts'
import type { Papers } from '../issuing/papers.ts'
import type { Register } from '../issuing/register.ts'
import type { UsualRecipientsBook } from '../issuing/usual.ts'
import type { Meetings } from '../meetings/meetings.ts'
import type { Caller } from '../platform/contract.ts'
import type { Publishing } from '../publishing.ts'
import { heldConference } from './proposals.ts'
import { standingCommittee } from './province.ts'

export interface DemoPapersDeps {
  bodies: Pick<Bodies, 'findByName'>
  units: Pick<Units, 'list'>
  meetings: Pick<Meetings, 'list' | 'get'>
  publishing: { issueOf: Publishing['issueOf'], papers: Pick<Papers, 'confirm'>, usual: Pick<UsualRecipientsBook, 'get' | 'set'>, register: Pick<Register, 'enterOnPaper' | 'list'> }
}

const paragraph = (text: string): PaperBlock => ({ kind: 'paragraph', text })
const heading = (text: string): PaperBlock => ({ kind: 'heading', text })

const resolution: PaperBlock[] = [
  heading('1. Quan điểm, mục tiêu'),
  paragraph('Phát triển kinh tế số là nhiệm vụ thường xuyên của cả hệ thống chính trị, lấy người dân và doanh nghiệp làm trung tâm. Phấn đấu đến năm 2030 toàn bộ hồ sơ công việc của cơ quan Đảng và Nhà nước trong tỉnh được lập và xử lý trên môi trường số, trừ hồ sơ có nội dung mật.'),
  heading('2. Nhiệm vụ trọng tâm'),
  paragraph('Văn phòng Tỉnh uỷ chủ trì chuẩn hoá quy trình, biểu mẫu; các cơ quan, đơn vị phát hành văn bản điện tử thay văn bản giấy, báo cáo tỷ lệ hằng quý.'),
  paragraph('Sở Khoa học và Công nghệ chủ trì nâng cấp hạ tầng mạng đến xã, phường; hoàn thành trước ngày 30 tháng 6 năm 2027.'),
  heading('3. Tổ chức thực hiện'),
  paragraph('Các cấp uỷ, cơ quan, đơn vị quán triệt và cụ thể hoá nghị quyết; Văn phòng Tỉnh uỷ theo dõi, đôn đốc, định kỳ báo cáo Ban Thường vụ.'),
]
/** Units that papers usually go to. */
const receiving = ['BTC', 'BTGDV', 'SKHCN', 'SNV']
const onPaper = [
  { kind: 'conclusionNotice', abstract: 'Kết luận về công tác chuẩn bị hội nghị tổng kết năm' },
  { kind: 'resolution', abstract: 'Về công tác phòng, chống thiên tai năm 2026' },
] as const

/**
 * What the Standing Committee has issued: a resolution of its last conference, received by some, and two papers on paper.
 * Under fixed keys: what a killed start had done is not done twice.
 */
export async function seedPapers(
  { bodies, units, meetings, publishing: { issueOf, papers, usual, register } }: DemoPapersDeps, caller: (username: string) => Caller, now: Date,
): Promise<void> {
  const clerk = caller('chi')
  const { id: bodyId } = await bodies.findByName(standingCommittee.name) ?? {}
  const held = (await meetings.list(clerk, { limit: 100 })).meetings.find(({ title, status }) => title === heldConference.title && status === 'closed')
  if (bodyId === undefined || !held || (await register.list(clerk, { bodyId, kind: 'resolution', q: '' }, { after: undefined, limit: 1 })).papers.length) return
  const known = (await units.list(false)).filter(({ code }) => code !== null && receiving.includes(code))
  const recipients: RecipientChoice[] = [
    ...known.map(({ id }): RecipientChoice => ({ kind: 'unit', unitId: id })),
    { kind: 'person', personId: caller('bao').personId }, { kind: 'person', personId: caller('phuc').personId },
    { kind: 'mail', name: 'Báo và Phát thanh, Truyền hình tỉnh', address: 'toa-soan@bao.example' },
  ]
  for (const kind of ['resolution', 'conclusionNotice'] as const) {
    if ((await usual.get(bodyId, kind, clerk)).version === 0) await usual.set(bodyId, kind, clerk, { recipients, version: 0 })
  }
  const { participants } = await meetings.get(held.id, clerk)
  const chair = participants.find(({ role }) => role === 'chair')
  const { paperId } = await issueOf(held.id, clerk, 'demo resolution', {
    bodyId, kind: 'resolution', abstract: 'Về phát triển kinh tế số giai đoạn 2026 - 2030', recipients,
    content: { chairId: chair?.personId ?? null, clerkId: null, chairOffice: chair?.office ?? '', blocks: resolution },
  })
  await papers.confirm(paperId, caller('bao'))
  await papers.confirm(paperId, caller('phuc'))
  for (const [index, paper] of onPaper.entries()) await register.enterOnPaper(bodyId, clerk, { ...paper, on: localDay(now), key: `demo on paper ${index}` })
}
