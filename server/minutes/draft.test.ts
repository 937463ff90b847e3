import { describe, expect, it } from 'vitest'
import { MinutesContent } from '../../protocol/minutes.ts'
import { absoluteMajority, scienceCouncilStory, standingCommitteeStory, tellStory } from '../../tests/support/story.ts'
import { draftMinutes } from './draft.ts'

/** The texts under a heading, up to the next one of any rank. */
function under(content: MinutesContent, headingText: string): string[] {
  const start = content.blocks.findIndex(({ kind, text }) => kind.endsWith('heading') && text === headingText)
  if (start < 0) throw new Error(`no heading "${headingText}"`)
  const length = content.blocks.slice(start + 1).findIndex(({ kind }) => kind.endsWith('heading'))
  return content.blocks.slice(start + 1, length < 0 ? undefined : start + 1 + length).map(({ text }) => text)
}

describe('the minutes of a Standing Committee', () => {
  const committee = standingCommitteeStory()
  const minutes = draftMinutes({ ...committee.story.told(), style: 'party' })

  it('fit the contract', () => {
    expect(MinutesContent.parse(minutes)).toEqual(minutes)
  })

  it('have the parts of 16-HD/VPTW in its order, with the items in the order they were dealt with', () => {
    expect(minutes.abstract).toBe('Hội nghị Ban Thường vụ Tỉnh uỷ tháng 6 năm 2026')
    expect(minutes.blocks.filter(({ kind }) => kind.endsWith('heading')).map(({ text }) => text)).toEqual([
      '1. Thành phần hội nghị',
      '1.1. Đại biểu chính thức',
      '1.2. Đại biểu mời dự và giúp việc',
      '1.3. Cơ quan báo chí',
      '2. Diễn biến hội nghị',
      '2.1. Công tác cán bộ',
      '2.2. Tờ trình về phân bổ nguồn vốn đầu tư công năm 2026',
      '2.3. Nội dung trong chương trình mà hội nghị chưa xem xét',
      '3. Kết luận của người chủ trì',
    ])
  })

  it('open with time, place, who presided, who took the minutes, and the documents', () => {
    const opening = minutes.blocks.slice(0, minutes.blocks.findIndex(({ kind }) => kind === 'heading')).map(({ text }) => text)
    expect(opening).toEqual([
      'Thời gian: bắt đầu lúc 08 giờ 00 phút, ngày 08 tháng 6 năm 2026.',
      'Địa điểm: Phòng họp số 1, Trụ sở Tỉnh uỷ.',
      'Hình thức: trực tiếp kết hợp trực tuyến.',
      'Nội dung: Hội nghị Ban Thường vụ Tỉnh uỷ tháng 6 năm 2026.',
      'Người chủ trì: đồng chí Lê Hoài Đăng, Bí thư Tỉnh uỷ, Uỷ viên Ban Thường vụ.',
      'Người ghi biên bản: đồng chí Trương Ngọc Uyển, Phó Chánh Văn phòng Tỉnh uỷ.',
      'Tài liệu sử dụng: 2 tài liệu, gồm:',
      '+ Tờ trình 45-TTr/ĐU.',
      '+ Phụ lục danh mục dự án.',
    ])
  })

  it('count members present of those summoned, and tell who came late, left early or was absent and why', () => {
    const roll = under(minutes, '1.1. Đại biểu chính thức')
    expect(roll[0]).toBe('Có mặt: 11/15 đồng chí (trực tuyến: 11), gồm:')
    expect(roll[1]).toBe('Đồng chí Lê Hoài Đăng, Bí thư Tỉnh uỷ, Uỷ viên Ban Thường vụ.')
    expect(roll.slice(12)).toEqual([
      'Đến sau khi khai mạc: 1 đồng chí, gồm:',
      'Đồng chí Trần Đức Lam, Bí thư Đảng uỷ trực thuộc, Uỷ viên Ban Thường vụ: có mặt từ 08 giờ 24 phút.',
      'Rời đi trước khi bế mạc: 1 đồng chí, gồm:',
      'Đồng chí Nguyễn Khắc Tường, Trưởng ban của Tỉnh uỷ, Uỷ viên Ban Thường vụ: rời đi lúc 09 giờ 45 phút.',
      'Vắng mặt: 4 đồng chí, gồm:',
      'Đồng chí Vũ Thảo Miên, Bí thư Đảng uỷ trực thuộc, Uỷ viên Ban Thường vụ: vắng không có lý do.',
      'Đồng chí Đặng Nhật Quỳ, Trưởng ban của Tỉnh uỷ, Uỷ viên Ban Thường vụ: vắng có lý do (đi công tác tại Hà Nội).',
      'Đồng chí Bùi Trọng Khê, Bí thư Đảng uỷ trực thuộc, Uỷ viên Ban Thường vụ: vắng có lý do (điều trị bệnh).',
      'Đồng chí Huỳnh Mỹ Ngãi, Trưởng ban của Tỉnh uỷ, Uỷ viên Ban Thường vụ: vắng không có lý do.',
    ])
  })

  it('keep guests and clerks apart from the members', () => {
    expect(under(minutes, '1.2. Đại biểu mời dự và giúp việc')).toEqual([
      'Có mặt: 2/2 đồng chí (trực tuyến: 2), gồm:',
      'Đồng chí Trương Ngọc Uyển, Phó Chánh Văn phòng Tỉnh uỷ.',
      'Đồng chí Cao Thị Khuê, Giám đốc Sở Tài chính.',
      'Vắng mặt: không.',
    ])
  })

  it('tell an item’s times, also when it was returned to, and a vote that missed the majority of the incumbents', () => {
    expect(under(minutes, '2.1. Công tác cán bộ')).toEqual([
      'Thời gian: từ 08 giờ 05 phút đến 08 giờ 30 phút; từ 10 giờ 00 phút đến 10 giờ 30 phút.',
      'Người trình bày (theo chương trình): đồng chí Phạm Thuỳ Nhiên, Phó Bí thư Thường trực Tỉnh uỷ, Uỷ viên Ban Thường vụ.',
      '',
      'Biểu quyết ghi tên bằng hình thức điện tử, từ 08 giờ 20 phút đến 08 giờ 22 phút: Giới thiệu nhân sự bổ sung quy hoạch.',
      'Có quyền biểu quyết: 15; đã biểu quyết: 11; không biểu quyết: 4.',
      'Tán thành: 7 (46,7%); không tán thành: 3 (20%); không có ý kiến: 1 (6,7%).',
      'Tỷ lệ tính trên 15 thành viên đương nhiệm; cần quá nửa, ít nhất 8 phiếu tán thành (Quy định 24-QĐ/TW).',
      'Kết quả: không được thông qua.',
    ])
  })

  it('tell an item’s documents and a vote that passed', () => {
    const item = under(minutes, '2.2. Tờ trình về phân bổ nguồn vốn đầu tư công năm 2026')
    expect(item.slice(2, 5)).toEqual(['Tài liệu kèm theo:', '+ Tờ trình 45-TTr/ĐU.', '+ Phụ lục danh mục dự án.'])
    expect(item.slice(-3)).toEqual([
      'Tán thành: 10 (66,7%); không tán thành: 1 (6,7%); không có ý kiến: 0.',
      'Tỷ lệ tính trên 15 thành viên đương nhiệm; cần quá nửa, ít nhất 8 phiếu tán thành (Quy định 24-QĐ/TW).',
      'Kết quả: được thông qua.',
    ])
  })

  it('leave the conclusion to the clerk and close with the time', () => {
    expect(under(minutes, '2.3. Nội dung trong chương trình mà hội nghị chưa xem xét')).toEqual(['Chương trình công tác quý III.'])
    expect(under(minutes, '3. Kết luận của người chủ trì')).toEqual(['', 'Hội nghị kết thúc lúc 10 giờ 30 phút, ngày 08 tháng 6 năm 2026.'])
  })
})

describe('the minutes of a science council', () => {
  const minutes = draftMinutes({ ...scienceCouncilStory().story.told(), style: 'state' })

  it('tell the grading with every grade, the rule and the grade that came of it', () => {
    expect(under(minutes, '2.1. Nghe báo cáo, nhận xét và đánh giá, xếp loại đề tài').slice(-5)).toEqual([
      'Bỏ phiếu đánh giá, xếp loại bằng hình thức điện tử, từ 15 giờ 00 phút đến 15 giờ 04 phút: Đánh giá, xếp loại đề tài.',
      'Có quyền biểu quyết: 9; đã biểu quyết: 9; không biểu quyết: 0.',
      'Xuất sắc: 7 (77,8%); khá: 2 (22,2%); đạt: 0; không đạt: 0.',
      'Tỷ lệ tính trên 9 thành viên có mặt; xếp loại ở mức cao nhất có từ 2/3 trở lên, ít nhất 6 phiếu ở mức đó hoặc cao hơn (Quy chế của Hội đồng).',
      'Kết quả: xếp loại xuất sắc.',
    ])
  })

  it('use the words of a state body and name everybody with their office in it', () => {
    const roll = under(minutes, '1.1. Đại biểu chính thức')
    expect(roll[0]).toBe('Có mặt: 9/9 đại biểu, gồm:')
    expect(roll[3]).toBe('TS. Quách Nhật An, Giảng viên Trường Chính trị tỉnh, Phản biện 1.')
    expect(roll.at(-1)).toBe('Vắng mặt: không.')
    expect(under(minutes, '1.2. Đại biểu mời dự và giúp việc')).toEqual(['Không có.'])
    expect(minutes.blocks.at(-1)?.text).toBe('Cuộc họp kết thúc lúc 15 giờ 15 phút, ngày 08 tháng 6 năm 2026./.')
  })
})

describe('a meeting in a hall and online', () => {
  const story = tellStory({ title: 'Hội nghị kết hợp', place: 'Hội trường', mode: 'hybrid' })
  const chair = story.person('Chủ Trì', 'Bí thư', 'chair')
  const online = story.person('Dự Xa', 'Uỷ viên')
  const both = story.person('Vừa Xa Vừa Gần', 'Uỷ viên')
  const replaced = story.person('Người Vắng', 'Giám đốc Sở')
  const ill = story.person('Người Ốm', 'Uỷ viên')
  story.person('Người Thay', 'Phó Giám đốc Sở', 'member', { voting: false, substituteFor: replaced })
  story.person('Khách Nội Dung', 'Chuyên viên', 'guest', { itemsOnly: true })
  const [item = ''] = story.publish([{ title: 'Việc một' }])
  const { people } = story
  const substitute = people.find(({ fullName }) => fullName === 'Người Thay')?.id ?? ''
  story.excuse(replaced, 'đi công tác')
  story.excuse(ill, 'điều trị bệnh')
  story.checksIn('07:50', chair, substitute)
  story.joins('07:55', online, both)
  story.open('08:00')
  story.checksIn('08:10', both)
  story.begin('08:10', item)
  story.vote('08:20', '08:22', item, 'Thông qua', absoluteMajority,
    { counts: { approve: 3, reject: 0, abstain: 0 }, cast: 3, base: 5, needed: 3, accepted: true, grade: null },
    { quorum: { present: 3, summoned: 5, needed: 4, met: false }, why: 'việc gấp' })
  story.close('09:30')
  const minutes = draftMinutes({ ...story.told(), style: 'party' })

  it('tells who was there in which way, each once, and who attended for whom', () => {
    expect(under(minutes, '1.1. Đại biểu chính thức')).toEqual([
      'Có mặt: 3/5 đồng chí (trực tiếp: 2; trực tuyến: 1), gồm:',
      'Đồng chí Chủ Trì, Bí thư.', 'Đồng chí Dự Xa, Uỷ viên (dự trực tuyến).', 'Đồng chí Vừa Xa Vừa Gần, Uỷ viên.',
      'Vắng mặt: 2 đồng chí, gồm:',
      'Đồng chí Người Vắng, Giám đốc Sở: vắng có lý do (đi công tác); đồng chí Người Thay, Phó Giám đốc Sở dự thay.',
      'Đồng chí Người Ốm, Uỷ viên: vắng có lý do (điều trị bệnh).',
      'Dự thay, được người chủ trì đồng ý: 1 đồng chí, gồm:',
      'Đồng chí Người Thay, Phó Giám đốc Sở: dự thay đồng chí Người Vắng, Giám đốc Sở.',
    ])
    // A guest of single items who was not called is not missing.
    expect(under(minutes, '1.2. Đại biểu mời dự và giúp việc')).toEqual(['Không có.'])
  })

  it('tells that a vote was held without quorum, and why', () => {
    expect(under(minutes, '2.1. Việc một')).toContain(
      'Khi mở biểu quyết có mặt 3/5 người được triệu tập, chưa đủ số người theo quy định (cần ít nhất 4); người điều hành quyết định vẫn tiến hành, lý do: việc gấp.')
  })
})

describe('who was present', () => {
  /** A meeting from 08:00:20 to 10:00:40 with one member who comes and goes like this, and a chair who is there throughout. */
  function rollWith(comesAndGoes: [from: string, to: string | null][]): string[] {
    const story = tellStory({ title: 'Họp', place: 'Trụ sở', mode: 'online' })
    const chair = story.person('Chủ Trì', 'Bí thư', 'chair')
    const member = story.person('Người Đến', 'Uỷ viên')
    story.publish([])
    const acts: [string, () => void][] = [
      ['07:50', () => story.joins('07:50', chair)],
      ['08:00:20', () => story.open('08:00:20')],
      ['10:00:40', () => story.close('10:00:40')],
      ...comesAndGoes.flatMap(([from, to]): [string, () => void][] => [
        [from, () => story.joins(from, member)], ...(to ? [[to, () => story.leaves(to, member)] as [string, () => void]] : []),
      ]),
    ]
    for (const [, act] of acts.toSorted(([a], [b]) => a < b ? -1 : 1)) act()
    return under(draftMinutes({ ...story.told(), style: 'state' }), '1.1. Đại biểu chính thức').filter((text) => text.startsWith('Người Đến'))
  }

  const here = 'Người Đến, Uỷ viên.'
  const absent = 'Người Đến, Uỷ viên: vắng không có lý do.'
  it.each<[string, [string, string | null][], string[]]>([
    ['from before the opening until after the closing', [['07:30', '10:30']], [here]],
    ['still there', [['07:30', null]], [here]],
    ['only before the opening', [['07:30', '07:59']], [absent]],
    ['only after the closing', [['10:05', null]], [absent]],
    ['until the very opening', [['07:30', '08:00:20']], [absent]],
    ['from within the minute of the opening', [['08:00:50', null]], [here]],
    ['until within the minute of the closing', [['07:30', '10:00:05']], [here]],
    ['from a minute later', [['08:01', null]], [here, 'Người Đến, Uỷ viên: có mặt từ 08 giờ 01 phút.']],
    ['until a minute earlier', [['07:30', '09:59:59']], [here, 'Người Đến, Uỷ viên: rời đi lúc 09 giờ 59 phút.']],
    ['with a line that was cut and came back', [['07:30', '08:40'], ['08:41', null]], [here]],
    ['with breaks between', [['07:30', '08:40'], ['09:00', '09:10'], ['09:12', null]],
      [here, 'Người Đến, Uỷ viên: từ 08 giờ 40 phút đến 09 giờ 00 phút; từ 09 giờ 10 phút đến 09 giờ 12 phút.']],
    ['gone before, back late, gone early', [['07:30', '07:40'], ['08:30', '08:40'], ['09:00', '09:30']],
      [here, 'Người Đến, Uỷ viên: có mặt từ 08 giờ 30 phút.', 'Người Đến, Uỷ viên: rời đi lúc 09 giờ 30 phút.',
        'Người Đến, Uỷ viên: từ 08 giờ 40 phút đến 09 giờ 00 phút.']],
  ])('%s', (_, comesAndGoes, told) => {
    expect(rollWith(comesAndGoes)).toEqual(told)
  })
})

describe('remote sites', () => {
  function conference(counts: Record<string, number>) {
    const story = tellStory({ title: 'Hội nghị trực tuyến', place: 'Trụ sở Tỉnh uỷ', mode: 'online' })
    story.joins('07:50', story.person('Người Có Mặt', 'Bí thư', 'chair'), story.person('Người Giúp Việc', 'Thư ký', 'clerk', { voting: false }))
    for (const name of ['Điểm cầu xã An Phú', 'Điểm cầu xã Bình Minh', 'Điểm cầu phường Cẩm Tú']) {
      const site = story.person(name, 'Trụ sở Đảng uỷ', 'guest', { kind: 'site' })
      if (name.endsWith('Tú')) continue
      story.joins('07:55', site)
      if (counts[name] !== undefined) story.headCount('08:10', site, counts[name])
    }
    story.publish([])
    story.open('08:00')
    story.close('09:00')
    return under(draftMinutes({ ...story.told(), style: 'party' }), '1.2. Đại biểu mời dự và giúp việc')
  }

  it('stand among those invited, but for themselves and with how many people sat there, if that was told', () => {
    expect(conference({ 'Điểm cầu xã An Phú': 42 })).toEqual([
      'Có mặt: 1/1 đồng chí, gồm:',
      'Đồng chí Người Giúp Việc, Thư ký.',
      'Vắng mặt: không.',
      'Điểm cầu kết nối: 2/3 điểm cầu, tổng số 42 người, gồm:',
      'Điểm cầu xã An Phú, Trụ sở Đảng uỷ: 42 người.',
      'Điểm cầu xã Bình Minh, Trụ sở Đảng uỷ.',
      'Điểm cầu không kết nối: 1 điểm cầu, gồm:',
      'Điểm cầu phường Cẩm Tú, Trụ sở Đảng uỷ.',
    ])
    expect(conference({})[3]).toBe('Điểm cầu kết nối: 2/3 điểm cầu, gồm:')
  })
})

describe('what the journal does not know', () => {
  it('names nobody as presiding who was not there', () => {
    const story = tellStory({ title: 'Họp', place: 'Trụ sở', mode: 'inPerson' })
    story.person('Người Vắng', 'Bí thư', 'chair')
    story.joins('07:50', story.person('Người Có Mặt', 'Uỷ viên'))
    story.publish([])
    story.open('08:00')
    story.close('09:00')
    const texts = draftMinutes({ ...story.told(), style: 'party' }).blocks.map(({ text }) => text)
    expect(texts).toContain('Người chủ trì:')
    expect(texts).toContain('Người ghi biên bản:')
  })

  it('says of an erased text that it was erased', () => {
    const { state, course, people } = standingCommitteeStory().story.told()
    const minutes = draftMinutes({ state, course, people, texts: {}, style: 'party' })
    expect(minutes.abstract).toBe('(nội dung đã được xoá theo quy định)')
    expect(MinutesContent.safeParse(minutes).success).toBe(true)
  })

  it('tells a grading in which no grade found enough votes, and a meeting that came to nothing', () => {
    const story = tellStory({ title: 'Họp', place: 'Trụ sở', mode: 'online' })
    story.joins('07:50', story.person('Một', 'Uỷ viên'), story.person('Hai', 'Uỷ viên'))
    const [item = ''] = story.publish([{ title: 'Đánh giá' }])
    story.open('08:00')
    story.grade('08:10', '08:11', item, 'Xếp loại?', absoluteMajority,
      { counts: { excellent: 1 }, cast: 1, base: 2, needed: 2, accepted: false, grade: null })
    story.close('09:00')
    expect(under(draftMinutes({ ...story.told(), style: 'state' }), '2.1. Đánh giá').slice(-1)).toEqual([
      'Kết quả: không mức xếp loại nào đủ số phiếu cần thiết.',
    ])
  })

  it('tells when the meeting was recorded, on the decision of the chair', () => {
    const story = tellStory({ title: 'Họp', place: 'Trụ sở', mode: 'online' })
    story.publish([{ title: 'Đánh giá' }])
    story.open('08:00')
    story.record('08:10', '08:40')
    story.record('09:05', '09:30')
    story.close('09:30')
    expect(draftMinutes({ ...story.told(), style: 'state' }).blocks.map(({ text }) => text)).toContain(
      'Ghi âm, ghi hình: theo quyết định của người chủ trì, từ 08 giờ 10 phút đến 08 giờ 40 phút; từ 09 giờ 05 phút đến 09 giờ 30 phút.',
    )
  })

  it('is drafted at any moment of a meeting: what has not come to pass yet is left open', () => {
    const story = tellStory({ title: 'Họp', place: 'Trụ sở', mode: 'online' })
    const chair = story.person('Chủ Trì', 'Chủ tịch', 'chair')
    const late = story.person('Đến Muộn', 'Uỷ viên')
    const [item = ''] = story.publish([{ title: 'Việc một' }, { title: 'Việc hai' }])
    story.joins('07:50', chair)
    story.open('08:00')
    story.begin('08:05', item)
    story.joins('08:10', late)
    const now = (clock: string) => new Date(`2026-06-08T${clock}:00+07:00`).toISOString()
    const told = story.told()
    expect(() => draftMinutes({ ...told, style: 'state' })).toThrow('was opened')
    const at = (clock: string) => draftMinutes({ ...told, style: 'state', now: now(clock) })
    expect(under(at('08:20'), '1.1. Đại biểu chính thức')[0]).toBe('Có mặt: 2/2 đại biểu (trực tuyến: 2), gồm:'.replace(' (trực tuyến: 2)', ''))
    expect(under(at('08:20'), '2.1. Việc một')[0]).toBe('Thời gian: từ 08 giờ 05 phút.')
    expect(at('08:20').blocks.at(-1)?.text).toBe('Cuộc họp kết thúc lúc ./.')
    expect(at('08:20').blocks.some(({ text }) => text.includes('chưa xem xét'))).toBe(false)
  })
})
