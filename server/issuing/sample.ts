import type { PaperKind } from '../../protocol/issuing-entries.ts'
import type { PaperStyle } from '../../protocol/paper-templates.ts'
import type { PaperFacts } from './compose.ts'
import type { PaperBlock } from './paper.ts'

/** What a template is shown with while it is written: an invented committee and council. */

const letters: Record<PaperKind, string> = { minutes: 'BB', conclusionNotice: 'TB', resolution: 'NQ', invitation: 'GM', report: 'BC' }

const abstracts: Record<PaperKind, string> = {
  minutes: 'Hội nghị tháng 6 năm 2026', conclusionNotice: 'Kết luận tại hội nghị tháng 6 năm 2026',
  resolution: 'Về phát triển kinh tế số giai đoạn 2026 - 2030', invitation: 'Dự hội nghị tháng 6 năm 2026',
  report: 'Kết quả giảm hội nghị, phát hành văn bản điện tử 6 tháng đầu năm 2026',
}

const text = (line: string): PaperBlock => ({ kind: 'paragraph', text: line })
const heading = (line: string): PaperBlock => ({ kind: 'heading', text: line })
const blocks: PaperBlock[] = [
  heading('1. Tình hình chung'),
  text('Trong sáu tháng đầu năm, các cơ quan, đơn vị đã triển khai đồng bộ nhiệm vụ được giao; nhiều chỉ tiêu đạt và vượt tiến độ. Tuy nhiên, việc giải ngân vốn đầu tư công ở một số đơn vị còn chậm so với yêu cầu.'),
  heading('2. Nhiệm vụ trọng tâm'),
  text('Giao Sở Tài chính chủ trì, phối hợp với các đơn vị liên quan rà soát kế hoạch vốn, báo cáo trước ngày 15 tháng 7 năm 2026.'),
  text('Giao Văn phòng theo dõi, đôn đốc việc thực hiện và tổng hợp kết quả.'),
]

export function sampleFacts(style: PaperStyle, kind: PaperKind): PaperFacts {
  const party = style === 'party'
  return {
    letterhead: {
      style, place: 'Bình Giang', minutesSymbol: party ? 'BB/TU' : 'BB-UBND', superior: party ? 'Tỉnh uỷ Bình Giang' : 'Tỉnh Bình Giang',
      issuer: party ? 'Ban Thường vụ' : 'Uỷ ban nhân dân',
    },
    symbol: party ? `${letters[kind]}/TU` : `${letters[kind]}-UBND`,
    body: party ? 'Ban Thường vụ Tỉnh uỷ' : 'Uỷ ban nhân dân tỉnh', abstract: abstracts[kind], blocks,
    chair: 'Lê Hoài Đăng', chairOffice: party ? 'Bí thư' : 'Chủ tịch', clerk: 'Trương Ngọc Uyển',
    meeting: { title: 'hội nghị tháng 6 năm 2026', startsAt: '2026-06-08T01:00:00.000Z' },
    recipients: party ? ['Các đồng chí Uỷ viên Ban Thường vụ', 'Các sở, ban, ngành liên quan'] : ['Các sở, ban, ngành tỉnh', 'Uỷ ban nhân dân các xã, phường'],
    foot: null,
  }
}
