import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addDays, addWorkingDays, localDay } from '../../protocol/calendar.ts'
import { freshKey } from '../../tests/support/house.ts'
import { openOpinions, refused, type OpinionScene } from '../../tests/support/opinions.ts'
import { sheetPaper } from './papers.ts'

/** After the closing: consolidation and its answers, and what follows from what passed. */

let scene: OpinionScene
beforeAll(async () => { scene = await openOpinions() })
afterAll(() => scene.house.close())

/** Passed, with two opinions to consolidate. */
async function passed() {
  const { begun, say, closeAt, setClock } = scene
  setClock(new Date())
  const found = await begun()
  const [one, two, three] = found.asked
  if (!one || !two || !three) throw new Error('too few are asked')
  await say(found.opinionId, one, 'agree', { text: 'Đồng ý, đề nghị rà soát mục 2' })
  await say(found.opinionId, two)
  await say(found.opinionId, three)
  await say(found.opinionId, found.asked[3] ?? one, 'disagree', { text: 'Nguồn vốn chưa rõ' })
  await closeAt(found.dueAt)
  return { ...found, one, two, disagreeing: found.asked[3] ?? one }
}

describe('consolidation', () => {
  it('is the office’s to group, the unit’s to answer with why not, and second editors are shown the first’s change', async () => {
    const { opining, worker, get } = scene
    const { opinionId, body, one, disagreeing, asked } = await passed()
    const { consolidating } = opining
    expect((await get(opinionId, body.clerk)).unconsolidated).toBe(2)
    const fields = { key: freshKey(), summary: 'Rà soát mục 2 và nguồn vốn', personIds: [one.personId, disagreeing.personId] }
    await expect(consolidating.add(opinionId, body.clerk, { ...fields, personIds: [worker.personId] })).rejects.toEqual(refused('personNotFound'))
    await expect(consolidating.add(opinionId, body.clerk, { ...fields, personIds: [asked[4]?.personId ?? ''] })).rejects.toEqual(refused('personNotFound'))
    await expect(consolidating.add(opinionId, worker, fields)).rejects.toEqual(refused('forbiddenForOpinion'))
    const { point } = await consolidating.add(opinionId, body.clerk, fields)
    expect((await consolidating.add(opinionId, body.clerk, fields)).point.id).toBe(point.id)
    const reply = { version: point.version, accepted: false, why: 'Mục 2 đã được thẩm định' }
    await expect(consolidating.reply(opinionId, point.id, body.clerk, reply)).rejects.toEqual(refused('forbiddenForOpinion'))
    await expect(opining.following.beginResolution(opinionId, body.clerk)).rejects.toEqual(refused('opinionUnconsolidated', { answers: 0, points: 1 }))
    const answered = await consolidating.reply(opinionId, point.id, worker, reply)
    expect(answered.point).toMatchObject({ reply: { accepted: false, why: reply.why, by: { id: worker.personId } } })
    await expect(consolidating.reply(opinionId, point.id, worker, reply)).rejects.toEqual(refused('opinionPointChanged'))
    // What the unit answered was another wording.
    const changed = await consolidating.change(opinionId, point.id, body.clerk, { ...fields, version: answered.point.version, summary: 'Làm rõ nguồn vốn' })
    expect(changed.point.reply).toBeNull()
    await expect(consolidating.remove(opinionId, point.id, body.clerk, 1)).rejects.toEqual(refused('opinionPointChanged'))
    await consolidating.remove(opinionId, point.id, body.clerk, changed.point.version)
    expect((await get(opinionId, body.clerk)).unconsolidated).toBe(2)
  })

  it('is printed with every answer and the result', async () => {
    const { opining, get, members, house } = scene
    const { opinionId, body, one } = await passed()
    await opining.consolidating.add(opinionId, body.clerk, { key: freshKey(), summary: 'Rà soát mục 2', personIds: [one.personId] })
    const [found] = await house.domains.bodies.bodies([body.bodyId])
    if (!found) throw new Error('the body is not there')
    const paper = sheetPaper(await get(opinionId, body.clerk), await members(opinionId, body.clerk), found.letterhead, new Date().toISOString())
    const text = JSON.stringify(paper)
    for (const word of ['Rà soát mục 2', 'Nguồn vốn chưa rõ', 'Không đồng ý', 'Không trả lời', 'Cần ít nhất 3, đạt 3/5', 'được thông qua', 'Chưa trả lời']) expect(text).toContain(word)
    expect(paper.draft).toBe(true)
  })
})

describe('what follows', () => {
  async function consolidated() {
    const { opining, worker } = scene
    const found = await passed()
    const { point } = await opining.consolidating.add(found.opinionId, found.body.clerk, {
      key: freshKey(), summary: 'Rà soát', personIds: [found.one.personId, found.disagreeing.personId],
    })
    await opining.consolidating.reply(found.opinionId, point.id, worker, { version: point.version, accepted: true, why: '' })
    return found
  }
  const notice = { abstract: 'Kết quả xin ý kiến về phân bổ dự toán', blocks: [{ kind: 'paragraph' as const, text: 'Đồng ý phân bổ dự toán.' }] }

  it('is a resolution, begun once, by the office alone', async () => {
    const { opining, get, worker } = scene
    const { opinionId, body } = await consolidated()
    await expect(opining.following.beginResolution(opinionId, body.member)).rejects.toEqual(refused('forbiddenForOpinion'))
    const [made, again] = [await opining.following.beginResolution(opinionId, body.clerk), await opining.following.beginResolution(opinionId, body.clerk)]
    expect(again).toEqual(made)
    // What it was made of stays as it is.
    const found = await get(opinionId, body.clerk)
    expect(found.may).toMatchObject({ consolidate: false })
    const [point] = found.points
    if (!point) throw new Error('no point')
    const fields = { summary: 'Khác', personIds: point.personIds }
    await expect(opining.consolidating.add(opinionId, body.clerk, { ...fields, key: freshKey() })).rejects.toEqual(refused('opinionIssued'))
    await expect(opining.consolidating.change(opinionId, point.id, body.clerk, { ...fields, version: point.version })).rejects.toEqual(refused('opinionIssued'))
    await expect(opining.consolidating.remove(opinionId, point.id, body.clerk, point.version)).rejects.toEqual(refused('opinionIssued'))
    await expect(opining.consolidating.reply(opinionId, point.id, worker, { version: point.version, accepted: true, why: '' })).rejects.toEqual(refused('opinionIssued'))
    expect((await get(opinionId, body.clerk)).resolution).toMatchObject({ id: made.resolutionId, status: 'draft' })
    expect((await get(opinionId, worker)).resolution).toBeNull()
    await expect(opining.following.issueNotice(opinionId, body.clerk, notice)).rejects.toEqual(refused('opinionIssued'))
  })

  it('or a notice with a number of the register, signed by the chair, issued once; then the points stay as they are', async () => {
    const { opining, get, house, worker } = scene
    const { opinionId, body } = await consolidated()
    const { paperId, written } = await opining.following.issueNotice(opinionId, body.clerk, notice)
    expect((await get(opinionId, body.clerk)).notice).toEqual({ id: paperId, written })
    expect(await house.db('issued_paper').where({ id: paperId }).first()).toMatchObject({ meeting_id: null, kind: 'conclusionNotice', chair_id: body.chair.personId })
    await expect(opining.following.issueNotice(opinionId, body.clerk, notice)).rejects.toEqual(refused('opinionIssued'))
    const [point] = (await get(opinionId, body.clerk)).points
    if (!point) throw new Error('no point')
    const change = { version: point.version, summary: 'Khác', personIds: point.personIds }
    await expect(opining.consolidating.change(opinionId, point.id, body.clerk, change)).rejects.toEqual(refused('opinionIssued'))
    await expect(opining.consolidating.reply(opinionId, point.id, worker, { version: point.version, accepted: false, why: 'Khác' })).rejects.toEqual(refused('opinionIssued'))
    // A notice that was recalled is none: another may be issued in its place.
    const { papers } = house.domains.publishing
    await papers.recall(paperId, body.clerk, 'Sai số liệu')
    expect(await get(opinionId, body.clerk)).toMatchObject({ notice: null, may: { issue: true, consolidate: true } })
    const second = await opining.following.issueNotice(opinionId, body.clerk, notice)
    expect((await get(opinionId, body.clerk)).notice).toEqual({ id: second.paperId, written: second.written })
  })

  it('and tasks, told of as any other, that lead back to it for the body alone', async () => {
    const { opining, get, house, unitId, worker, now } = scene
    const { opinionId, body } = await consolidated()
    const days = await house.domains.calendar.load(addDays(localDay(now()), -10), addDays(localDay(now()), 60))
    const facts = {
      lead: { kind: 'unit' as const, id: unitId }, coUnitIds: [], what: 'Hoàn thiện dự toán', product: 'Tờ trình', responsibility: '', authority: '',
      dueOn: addWorkingDays(localDay(now()), 10, days),
    }
    const key = freshKey()
    await expect(opining.following.assign(opinionId, worker, { key, facts })).rejects.toEqual(refused('forbiddenForOpinion'))
    await expect(opining.following.assign(opinionId, body.clerk, { key, facts: { ...facts, dueOn: '2020-01-01' } })).rejects.toEqual(refused('dueDateInvalid'))
    const made = await opining.following.assign(opinionId, body.clerk, { key, facts })
    expect(await opining.following.assign(opinionId, body.clerk, { key, facts })).toEqual(made)
    expect((await get(opinionId, body.clerk)).tasks).toMatchObject([{ id: made.taskId, what: 'Hoàn thiện dự toán', leadName: 'Sở Tài chính' }])
    const { reading } = house.domains.concluding.tasksAt(now)
    expect((await reading.get(made.taskId, body.clerk)).origin).toMatchObject({ meetingId: null, opinion: { id: opinionId } })
    expect((await reading.get(made.taskId, worker)).origin).toMatchObject({ meetingId: null, opinion: null })
    expect(await house.db('notice').where({ kind: 'tasks.assigned', person_id: worker.personId, topic: `task:${made.taskId}` })).toHaveLength(1)
  })

  it('is nothing where it did not pass', async () => {
    const { opining, begun, closeAt, setClock } = scene
    setClock(new Date())
    const { opinionId, body, dueAt } = await begun()
    await expect(opining.following.beginResolution(opinionId, body.clerk)).rejects.toEqual(refused('opinionState'))
    await closeAt(dueAt)
    await expect(opining.following.issueNotice(opinionId, body.clerk, notice)).rejects.toEqual(refused('opinionState'))
  })
})
