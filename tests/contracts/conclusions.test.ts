import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MinutesContent } from '../../protocol/minutes.ts'
import { addDays, addWorkingDays, isWeekend, localDay, startOfDay } from '../../protocol/calendar.ts'
import { freshKey, openHouse, type House } from '../support/house.ts'

/** Conclusions as they are typed, settled and reopened, and the notice of them until it is issued; on a real database. */

let house: House
let clock: Date
const now = () => clock

beforeAll(async () => {
  clock = new Date()
  house = await openHouse({ now })
})
afterAll(() => house.close())

const rules = () => house.domains.concluding

/** A live meeting whose first item is being dealt with. */
async function sitting() {
  const body = await house.newBody()
  const { meetingId, items: [itemId, otherId] } = await house.newMeeting(body, 'live')
  await house.domains.agenda.goTo(meetingId, body.chair, freshKey(), itemId)
  return { ...body, meetingId, itemId, otherId }
}
type Sitting = Awaited<ReturnType<typeof sitting>>

const write = ({ meetingId, itemId, clerk }: Sitting, text: string, version = 0, caller = clerk) =>
  rules().conclusions.write(meetingId, itemId, caller, { key: freshKey(), version, text })
const settle = ({ meetingId, itemId, chair }: Sitting, version: number, caller = chair) =>
  rules().conclusions.settle(meetingId, itemId, caller, { key: freshKey(), version })
const reopen = ({ meetingId, itemId, chair }: Sitting, version: number, caller = chair) =>
  rules().conclusions.reopen(meetingId, itemId, caller, { key: freshKey(), version, reason: 'Bổ sung thời hạn' })
const close = ({ meetingId, chair }: Sitting) => house.domains.meetings.close(meetingId, chair, freshKey())
const refused = (code: string) => expect.objectContaining({ code }) as unknown

describe('a conclusion', () => {
  it('is typed by chair and clerk version by version, settled and reopened, each in the journal for the item’s viewers', async () => {
    const on = await sitting()
    expect(await write(on, 'Thống nhất chủ trương.')).toEqual({ version: 1 })
    expect(await write(on, 'Thống nhất chủ trương. Giao Sở Nội vụ.', 1, on.chair)).toEqual({ version: 2 })
    // What was sent again after a lost answer, and what stands there already.
    expect(await write(on, 'Thống nhất chủ trương. Giao Sở Nội vụ.', 1)).toEqual({ version: 2 })
    await settle(on, 2)
    const [conclusion] = (await house.state(on.meetingId)).conclusions
    expect(conclusion).toMatchObject({ itemId: on.itemId, version: 2, writtenBy: on.chair.personId, settled: { by: on.chair.personId } })
    await expect(write(on, 'Khác', 2)).rejects.toEqual(refused('conclusionSettled'))
    await reopen(on, 2)
    expect(await write(on, 'Khác', 2)).toEqual({ version: 3 })
    const entries = (await house.entries(on.meetingId)).filter(({ kind }) => kind.startsWith('conclusion.'))
    expect(entries.map(({ kind }) => kind)).toEqual(['conclusion.written', 'conclusion.written', 'conclusion.settled', 'conclusion.reopened', 'conclusion.written'])
    expect(new Set(entries.map(({ audience }) => JSON.stringify(audience)))).toEqual(new Set([JSON.stringify({ scope: 'item', itemId: on.itemId })]))
    // Words stand in erasable texts, not in entries.
    expect(JSON.stringify(entries)).not.toContain('Thống nhất')
    const { versions } = await rules().conclusions.history(on.meetingId, on.itemId, on.clerk)
    expect(versions.map(({ version, text }) => [version, text])).toEqual([[3, 'Khác'], [2, 'Thống nhất chủ trương. Giao Sở Nội vụ.'], [1, 'Thống nhất chủ trương.']])
  })

  it('is never overwritten by a second editor, who is shown the first’s words', async () => {
    const on = await sitting()
    await write(on, 'Bản của thư ký')
    const clash = await write(on, 'Bản của chủ trì', 0, on.chair).catch((error: unknown) => error)
    expect(clash).toMatchObject({ code: 'conclusionChanged', details: { version: 1, text: 'Bản của thư ký', writtenBy: on.clerk.personId, settled: false } })
    const both = await Promise.allSettled([write(on, 'Một', 1), write(on, 'Hai', 1, on.chair)])
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    await expect(settle(on, 1)).rejects.toEqual(refused('conclusionChanged'))
  })

  it('is refused to whom it is not for, and where it is not the time', async () => {
    const on = await sitting()
    for (const caller of [on.member, on.guest]) await expect(write(on, 'Không được', 0, caller)).rejects.toEqual(refused('forbiddenInMeeting'))
    const stranger = await house.newPerson()
    await expect(write(on, 'Không được', 0, stranger)).rejects.toEqual(refused('meetingNotFound'))
    await expect(rules().conclusions.history(on.meetingId, on.itemId, on.member)).rejects.toEqual(refused('forbiddenInMeeting'))
    await expect(write({ ...on, itemId: on.otherId }, 'Chưa đến')).rejects.toEqual(refused('itemNotBegun'))
    await expect(write({ ...on, itemId: on.meetingId }, 'Không có')).rejects.toEqual(refused('agendaItemNotFound'))
    await expect(write(on, 'MẬT\nNội dung')).rejects.toEqual(refused('proposalSecret'))
    await expect(settle(on, 1)).rejects.toEqual(refused('conclusionNotFound'))
    await write(on, '')
    await expect(settle(on, 1)).rejects.toEqual(refused('conclusionEmpty'))
    await write(on, 'Kết luận', 1)
    // The clerk writes, and the chair stands by it.
    await expect(settle(on, 2, on.clerk)).rejects.toEqual(refused('forbiddenInMeeting'))
    const draft = await house.newMeeting(await house.newBody(), 'published')
    await expect(rules().conclusions.write(draft.meetingId, draft.items[0], draft.clerk, { key: freshKey(), version: 0, text: 'Sớm' })).rejects.toEqual(refused('conclusionsNotOpen'))
  })

  it('has no text on an item with a state secret', async () => {
    const body = await house.newBody()
    const { meetings, agenda } = house.domains
    const { meetingId } = await meetings.create(body.clerk, {
      title: 'Họp', mode: 'inPerson', place: 'Trụ sở', startsAt: new Date(clock.getTime() + 3600_000).toISOString(), plannedMinutes: 60, bodyId: body.bodyId, key: freshKey(),
    })
    const { itemId } = await agenda.add(meetingId, body.clerk, { classified: true, minutes: 10, presenterId: null, purpose: 'decide', key: freshKey() })
    await meetings.publish(meetingId, body.clerk, 'Theo yêu cầu')
    await meetings.open(meetingId, body.chair, freshKey())
    await agenda.goTo(meetingId, body.chair, freshKey(), itemId)
    await expect(rules().conclusions.write(meetingId, itemId, body.clerk, { key: freshKey(), version: 0, text: 'Nội dung mật' })).rejects.toEqual(refused('classifiedItem'))
    expect(await house.db('conclusion').where({ item_id: itemId })).toEqual([])
  })
})

const content = (text: string): MinutesContent => ({ abstract: 'Kết luận tại hội nghị', blocks: [{ kind: 'paragraph', text }] })

describe('the notice of conclusions', () => {
  it('is due so many working days after the closing, by the body’s rule, and drafted from what was settled', async () => {
    const on = await sitting()
    await write(on, 'Thống nhất chủ trương.\nGiao Sở Nội vụ hoàn thiện.')
    await settle(on, 1)
    await house.domains.agenda.goTo(on.meetingId, on.chair, freshKey(), on.otherId)
    await write({ ...on, itemId: on.otherId }, 'Chưa chốt')
    await close(on)
    const notice = await rules().notices.get(on.meetingId, on.clerk)
    const calendar = await house.domains.calendar.load('2020-01-01', '2040-01-01')
    expect(notice).toMatchObject({
      status: 'draft', saved: false, unsettled: 1, workingDays: 5, basis: 'Quyết định 45/2018/QĐ-TTg', dueOn: addWorkingDays(localDay(new Date()), 5, calendar),
      may: { edit: true, send: true, decide: false, issue: false, waive: false },
    })
    const text = notice.content.blocks.map((block) => block.text)
    expect(text).toContain('Thống nhất chủ trương.')
    expect(text).toContain('Giao Sở Nội vụ hoàn thiện.')
    expect(text).not.toContain('Chưa chốt')
    await expect(rules().notices.get(on.meetingId, on.member)).rejects.toEqual(refused('noticeNotFound'))
    expect((await rules().notices.due(on.clerk)).notices).toMatchObject([{ meetingId: on.meetingId, status: 'draft', late: false }])
    expect((await rules().notices.due(on.member)).notices).toEqual([])
  })

  it('is due later where a holiday lies in between, and earlier for a Saturday that is worked', async () => {
    const { calendar } = house.domains
    const from = localDay(new Date())
    const days = Array.from({ length: 14 }, (_, index) => addDays(from, index + 1))
    const known = await calendar.load(from, addDays(from, 30))
    const holiday = days.find((day) => !isWeekend(day) && !known.has(day)) ?? from
    const worked = days.find((day) => isWeekend(day) && !known.has(day)) ?? from
    const dueAfter = async () => {
      const on = await sitting()
      await close(on)
      return (await rules().notices.get(on.meetingId, on.clerk)).dueOn
    }
    const { chair } = await house.newBody()
    const ordinary = await dueAfter()
    const { version } = await calendar.put(chair, { day: holiday, kind: 'holiday', name: 'Nghỉ', basis: 'Thử' }, 0)
    expect(await dueAfter()).toBe(addWorkingDays(ordinary, 1, known))
    const swapped = await calendar.put(chair, { day: worked, kind: 'swappedWorking', name: 'Làm bù', basis: 'Thử' }, 0)
    // The day that is worked makes up for the one that is not.
    expect(await dueAfter()).toBe(worked < ordinary ? ordinary : addWorkingDays(ordinary, 1, known))
    await calendar.remove(chair, holiday, version)
    await calendar.remove(chair, worked, swapped.version)
  })

  it('goes from clerk to chair and back, is approved, takes the next number and is fixed; out of turn nothing happens', async () => {
    const on = await sitting()
    await write(on, 'Thống nhất.')
    await settle(on, 1)
    await close(on)
    const { notices } = rules()
    const act = (version: number) => ({ key: freshKey(), version })
    await expect(notices.decide(on.meetingId, on.chair, { ...act(0), approved: true })).rejects.toEqual(refused('noticeStage'))
    await expect(notices.issue(on.meetingId, on.clerk, { ...act(0), recipients: [] })).rejects.toEqual(refused('noticeStage'))
    const saved = await notices.save(on.meetingId, on.clerk, { ...act(0), content: content('Bản một') })
    await expect(notices.save(on.meetingId, on.chair, { ...act(0), content: content('Bản hai') })).rejects.toMatchObject({ code: 'noticeChanged', details: { version: saved.version } })
    await expect(notices.save(on.meetingId, on.clerk, { ...act(saved.version), content: content('TỐI MẬT') })).rejects.toEqual(refused('proposalSecret'))
    await expect(notices.save(on.meetingId, on.member, { ...act(saved.version), content: content('Bản ba') })).rejects.toEqual(refused('forbiddenInMeeting'))
    const sent = await notices.send(on.meetingId, on.clerk, act(saved.version))
    await expect(notices.save(on.meetingId, on.clerk, { ...act(sent.version), content: content('Sau khi trình') })).rejects.toEqual(refused('noticeStage'))
    await expect(notices.decide(on.meetingId, on.clerk, { ...act(sent.version), approved: true })).rejects.toEqual(refused('forbiddenInMeeting'))
    const returned = await notices.decide(on.meetingId, on.chair, { ...act(sent.version), approved: false, reason: 'Nêu rõ thời hạn' })
    expect(await notices.get(on.meetingId, on.clerk)).toMatchObject({ status: 'draft', reason: 'Nêu rõ thời hạn' })
    const again = await notices.send(on.meetingId, on.clerk, act(returned.version))
    const approved = await notices.decide(on.meetingId, on.chair, { ...act(again.version), approved: true })
    const key = freshKey()
    const issue = () => notices.issue(on.meetingId, on.clerk, { key, version: approved.version, recipients: [] })
    const issued = await issue()
    expect(await issue()).toEqual(issued)
    expect(issued.number).toBe('01-TB/TU')
    const shown = await notices.get(on.meetingId, on.member)
    expect(shown).toMatchObject({ status: 'issued', number: issued.number, paperId: issued.paperId })
    expect((await notices.due(on.clerk)).notices).toEqual([])
    expect(await house.entries(on.meetingId, 'issuing.issued')).toHaveLength(1)
    await expect(notices.waive(on.meetingId, on.chair, { ...act(shown.version), reason: 'Muộn' })).rejects.toEqual(refused('noticeStage'))
    // What was concluded anew after it went out is said too: it has to be replaced.
    expect(shown.outdated).toBe(false)
    await reopen(on, 1)
    expect(await notices.get(on.meetingId, on.clerk)).toMatchObject({ status: 'issued', outdated: true })
  })

  it('says that the conclusions went on after it was saved, and may be found unneeded by the chair alone', async () => {
    const on = await sitting()
    await write(on, 'Thống nhất.')
    await settle(on, 1)
    await close(on)
    const { notices } = rules()
    const { version } = await notices.save(on.meetingId, on.clerk, { key: freshKey(), version: 0, content: content('Bản') })
    expect(await notices.get(on.meetingId, on.clerk)).toMatchObject({ outdated: false })
    await reopen(on, 1)
    expect(await notices.get(on.meetingId, on.clerk)).toMatchObject({ outdated: true, unsettled: 1 })
    await write(on, 'Thống nhất, bổ sung.', 1)
    await settle(on, 2)
    expect(await notices.get(on.meetingId, on.clerk)).toMatchObject({ outdated: true, unsettled: 0 })
    await expect(notices.waive(on.meetingId, on.clerk, { key: freshKey(), version, reason: 'Không cần' })).rejects.toEqual(refused('forbiddenInMeeting'))
    await notices.waive(on.meetingId, on.chair, { key: freshKey(), version, reason: 'Đã có nghị quyết' })
    expect(await notices.get(on.meetingId, on.clerk)).toMatchObject({ status: 'waived', reason: 'Đã có nghị quyết' })
  })

  it('is reminded of once before its day and once after it, to office and chair', async () => {
    const on = await sitting()
    await write(on, 'Thống nhất.')
    await settle(on, 1)
    await close(on)
    const told = async () => (await house.db('notice').where({ topic: `meeting:${on.meetingId}` }).whereLike('kind', 'conclusions.%').orderBy('id').select('kind', 'person_id'))
      .map(({ kind, person_id: personId }: { kind: string, person_id: string }) => `${kind} ${personId === on.chair.personId ? 'chair' : 'clerk'}`).toSorted()
    await rules().reminding.run()
    expect(await told()).toEqual([])
    const { dueOn } = await rules().notices.get(on.meetingId, on.clerk)
    clock = new Date(`${dueOn}T02:00:00Z`)
    await rules().reminding.run()
    await rules().reminding.run()
    expect(await told()).toEqual(['conclusions.due chair', 'conclusions.due clerk'])
    // Overdue from midnight on, told of as offices open.
    const calendar = await house.domains.calendar.load('2020-01-01', '2040-01-01')
    const next = startOfDay(addWorkingDays(dueOn, 1, calendar)).getTime()
    clock = new Date(next + 7 * 3600_000)
    await rules().reminding.run()
    expect(await told()).toHaveLength(2)
    clock = new Date(next + 8 * 3600_000)
    await Promise.all([rules().reminding.run(), rules().reminding.run()])
    expect(await told()).toEqual(['conclusions.due chair', 'conclusions.due clerk', 'conclusions.late chair', 'conclusions.late clerk'])
    expect((await rules().notices.due(on.chair)).notices).toMatchObject([{ late: true }])
    clock = new Date()
  })
})
