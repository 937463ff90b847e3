import fc from 'fast-check'
import { expect, it } from 'vitest'
import { absoluteMajority, tellStory } from '../../tests/support/story.ts'
import { draftMinutes, draftOf } from './draft.ts'

/** A meeting of three hours and twelve items, told entry by entry: its minutes say that, line by line, and nothing else. */

const clock = (minute: number) => `${String(8 + Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
const spoken = (minute: number) => `${clock(minute).replace(':', ' giờ ')} phút`
const percent = (votes: number, base: number) => votes ? ` (${(Math.round(votes / base * 1000) / 10).toLocaleString('vi-VN')}%)` : ''

const Meeting = fc.record({
  /** Of the members 2 … 14: present, late (after so many minutes), gone early (so many before the end), absent with or without reason. */
  members: fc.array(fc.oneof(
    fc.constant({ how: 'present' as const }), fc.constant({ how: 'present' as const }),
    fc.record({ how: fc.constant('late' as const), after: fc.integer({ min: 1, max: 170 }) }),
    fc.record({ how: fc.constant('early' as const), before: fc.integer({ min: 1, max: 170 }) }),
    fc.record({ how: fc.constant('excused' as const), reason: fc.constantFrom('đi công tác', 'điều trị bệnh', 'dự họp ở Trung ương') }),
    fc.constant({ how: 'absent' as const }),
  ), { minLength: 13, maxLength: 13 }),
  items: fc.array(fc.record({
    documents: fc.nat(3), presenter: fc.option(fc.nat(14)),
    turns: fc.array(fc.record({ who: fc.nat(14), topic: fc.boolean() }), { maxLength: 5 }),
    vote: fc.option(fc.record({ approve: fc.nat(8), reject: fc.nat(4), abstain: fc.nat(3) })),
    conclusion: fc.option(fc.constantFrom('thống nhất chủ trương', 'giao Văn phòng hoàn thiện', 'chưa thông qua, giao cơ quan trình giải trình thêm.')),
    /** Not come to. */
    skipped: fc.nat(9).map((number) => number === 0),
  }), { minLength: 12, maxLength: 12 }),
})

it('minutes of twelve items match their journal line by line', () => {
  fc.assert(fc.property(Meeting, ({ members, items }) => {
    const story = tellStory({ title: 'Hội nghị thường kỳ', place: 'Phòng họp số 1', mode: 'inPerson' })
    const name = (index: number) => `Uỷ viên Số ${index}`
    const office = (index: number) => `Chức vụ ${index}`
    const full = (index: number) => `đồng chí ${name(index)}, ${office(index)}`
    const Full = (index: number) => `Đồng chí ${name(index)}, ${office(index)}`
    const ids = Array.from({ length: 15 }, (_, index) => story.person(name(index), office(index), index === 0 ? 'chair' : 'member'))
    const clerk = story.person('Thư Ký', 'Chánh Văn phòng', 'clerk', { voting: false })
    const press = story.person('Nhà Báo', 'Phóng viên Báo tỉnh', 'guest')
    const id = (index: number) => ids[index] ?? ''
    const attendance = [{ how: 'present' as const }, { how: 'present' as const }, ...members]
    const there = attendance.flatMap(({ how }, index) => how === 'excused' || how === 'absent' ? [] : [index])
    const itemIds = story.publish(items.map(({ documents, presenter }, index) => ({
      title: `Nội dung thứ ${index + 1}`, ...presenter === null ? {} : { presenterId: id(presenter) },
      documents: Array.from({ length: documents }, (_, number) => `Tài liệu ${index + 1}.${number + 1}`),
    })))
    attendance.forEach((one, index) => { if (one.how === 'excused') story.excuse(id(index), one.reason) })
    story.checksIn('07:50', clerk, press, ...attendance.flatMap(({ how }, index) => how === 'present' || how === 'early' ? [id(index)] : []))
    story.open('08:00')
    attendance.forEach((one, index) => { if (one.how === 'late') story.checksIn(clock(one.after), id(index)) })

    const expected: string[][] = []
    let minute = 2
    for (const [index, item] of items.entries()) {
      const itemId = itemIds[index] ?? ''
      if (item.skipped) continue
      const begun = minute
      const lines: string[] = []
      story.begin(clock(minute), itemId)
      minute += 1
      for (const { who, topic } of item.turns) {
        story.speaks(clock(minute), clock(minute + 1), itemId, id(who), topic ? { topic: `vấn đề ${who}` } : {})
        lines.push(`${Full(who)} phát biểu${topic ? ` về vấn đề ${who}` : ''} (từ ${spoken(minute)} đến ${spoken(minute + 1)}):`)
        minute += 1
      }
      if (!item.turns.length) lines.push('')
      if (item.vote) {
        const { approve, reject, abstain } = item.vote
        const [cast, accepted] = [approve + reject + abstain, approve >= 8]
        story.vote(clock(minute), clock(minute + 1), itemId, `Thông qua nội dung ${index + 1}`, absoluteMajority,
          { counts: { approve, reject, abstain }, cast, base: 15, needed: 8, accepted, grade: null })
        lines.push(`Biểu quyết ghi tên bằng hình thức điện tử, từ ${spoken(minute)} đến ${spoken(minute + 1)}: Thông qua nội dung ${index + 1}.`,
          `Có quyền biểu quyết: 15; đã biểu quyết: ${cast}; không biểu quyết: ${15 - cast}.`,
          `Tán thành: ${approve}${percent(approve, 15)}; không tán thành: ${reject}${percent(reject, 15)}; không có ý kiến: ${abstain}${percent(abstain, 15)}.`,
          'Tỷ lệ tính trên 15 thành viên đương nhiệm; cần quá nửa, ít nhất 8 phiếu tán thành (Quy định 24-QĐ/TW).',
          `Kết quả: ${accepted ? 'được thông qua' : 'không được thông qua'}.`)
        minute += 1
      }
      if (item.conclusion) {
        story.conclude(clock(minute), itemId, 'bản nháp đầu tiên', item.conclusion)
        lines.push(`Kết luận của người chủ trì: ${item.conclusion}${item.conclusion.endsWith('.') ? '' : '.'}`)
      }
      minute += 1
      story.end(clock(minute), itemId)
      expected.push([
        `2.${expected.length + 1}. Nội dung thứ ${index + 1}`, `Thời gian: từ ${spoken(begun)} đến ${spoken(minute)}.`,
        ...item.presenter === null ? [] : [`Người trình bày (theo chương trình): ${full(item.presenter)}.`],
        ...item.documents ? ['Tài liệu kèm theo:', ...Array.from({ length: item.documents }, (_, number) => `+ Tài liệu ${index + 1}.${number + 1}.`)] : [],
        ...lines,
      ])
    }
    attendance.forEach((one, index) => {
      if (one.how === 'early') story.checksOut(clock(180 - one.before), id(index))
    })
    story.close('11:00')

    const told = { ...story.told(), style: 'party' as const }
    const texts = draftMinutes(told).blocks.map(({ text }) => text)
    const documents = items.flatMap((item, index) => Array.from({ length: item.documents }, (_, number) => `Tài liệu ${index + 1}.${number + 1}`))
    const of = (how: string) => attendance.flatMap((one, index) => one.how === how ? [{ one, index }] : [])
    const [late, early, absent] = [of('late'), of('early'), attendance.flatMap((one, index) => there.includes(index) ? [] : [{ one, index }])]
    const group = (lead: string, lines: string[]) => lines.length ? [`${lead}: ${lines.length} đồng chí, gồm:`, ...lines] : []
    const left = items.flatMap((item, index) => item.skipped ? [`Nội dung thứ ${index + 1}.`] : [])
    expect(texts).toEqual([
      'Thời gian: bắt đầu lúc 08 giờ 00 phút, ngày 08 tháng 6 năm 2026.', 'Địa điểm: Phòng họp số 1.', 'Hình thức: trực tiếp.', 'Nội dung: Hội nghị thường kỳ.',
      `Người chủ trì: ${full(0)}.`, 'Người ghi biên bản: đồng chí Thư Ký, Chánh Văn phòng.',
      `Tài liệu sử dụng: ${documents.length ? `${documents.length} tài liệu, gồm:` : 'không có.'}`, ...documents.map((document) => `+ ${document}.`),
      '1. Thành phần hội nghị', '1.1. Đại biểu chính thức',
      `Có mặt: ${there.length}/15 đồng chí, gồm:`, ...there.map((index) => `${Full(index)}.`),
      ...group('Đến sau khi khai mạc', late.map(({ one, index }) => `${Full(index)}: có mặt từ ${spoken('after' in one ? one.after : 0)}.`)),
      ...group('Rời đi trước khi bế mạc', early.map(({ one, index }) => `${Full(index)}: rời đi lúc ${spoken(180 - ('before' in one ? one.before : 0))}.`)),
      ...absent.length ? group('Vắng mặt', absent.map(({ one, index }) => `${Full(index)}: ${'reason' in one ? `vắng có lý do (${one.reason})` : 'vắng không có lý do'}.`)) : ['Vắng mặt: không.'],
      '1.2. Đại biểu mời dự và giúp việc', 'Có mặt: 1/1 đồng chí, gồm:', 'Đồng chí Thư Ký, Chánh Văn phòng.', 'Vắng mặt: không.',
      '1.3. Cơ quan báo chí', 'Có mặt: 1/1 đồng chí, gồm:', 'Đồng chí Nhà Báo, Phóng viên Báo tỉnh.', 'Vắng mặt: không.',
      '2. Diễn biến hội nghị', ...expected.flat(),
      ...left.length ? [`2.${expected.length + 1}. Nội dung trong chương trình mà hội nghị chưa xem xét`, ...left] : [],
      '3. Kết luận của người chủ trì', ...items.some(({ skipped, conclusion }) => !skipped && conclusion) ? ['Người chủ trì kết luận từng nội dung như ghi tại mục 2.'] : [],
      '', 'Hội nghị kết thúc lúc 11 giờ 00 phút, ngày 08 tháng 6 năm 2026.',
    ])

    // What the journal knows stands in facts, each named once, and everything expected is in the draft.
    const { facts, outline } = draftOf(told)
    expect(new Set(facts.map(({ ref }) => ref)).size).toBe(facts.length)
    const named = outline.flatMap((block) => 'facts' in block ? [block.facts] : block.runs.flatMap((run) => typeof run === 'string' ? [] : [run.ref]))
    expect(facts.filter(({ expected: wanted, blocks, ref }) => wanted && blocks.length && !named.includes(ref))).toEqual([])
    expect(named.filter((ref) => ref.startsWith('turn:'))).toHaveLength(items.reduce((sum, { skipped, turns }) => sum + (skipped ? 0 : turns.length), 0))
  }), { numRuns: 60 })
})
