import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fold, Part, type Viewer, type VisibleEntry } from '../../protocol/journal.ts'
import { MeetingEntry, meetingReducer, type MeetingState } from '../../protocol/meeting-state.ts'
import { versionOf } from '../../protocol/meetings.ts'
import { runningTurn } from '../../protocol/floor-entries.ts'
import { commonFloorRule } from '../../protocol/floor-rules.ts'
import { settled } from '../../protocol/outline.ts'
import { RoomRule } from '../../protocol/order.ts'
import type { Caller } from '../../server/platform/contract.ts'
import { newText } from '../../server/drafting/text.ts'
import { AppError } from '../../server/platform/error.ts'
import { bodyRules, draft, freshKey, itemDraft, openHouse, START, type House } from '../support/house.ts'
import { emptyHall, someBallot } from '../support/ballots.ts'
import { audited } from '../support/journal.ts'
import { pdfOf } from '../support/pdf.ts'

/** The law of reading on whole meetings, told by the rules themselves: whatever happens, each viewer's fold is their projection. */

let house: House
let body: Awaited<ReturnType<House['newBody']>>
let pdf: Buffer
/** Who takes part in nothing until they attend for somebody. */
let outsider: Caller
let cautionId: string

beforeAll(async () => {
  house = await openHouse()
  body = await house.newBody({ rules: { ...bodyRules.council, voting: { changeBallot: true }, floor: { ...commonFloorRule, secondsPerTurn: 300 } }, sites: 1 })
  visitors = [await house.newPerson(), await house.newPerson()]
  pdf = await pdfOf(['Tờ trình'])
  cautionId = (await house.domains.meetingRules.all()).cautions[0]?.id ?? ''
  outsider = await house.newPerson()
})
afterAll(() => house.close())

const acts = ['change', 'tick', 'postpone', 'reschedule', 'cancel', 'publish', 'open', 'close', 'add', 'changeItem', 'remove', 'order', 'goTo', 'defer', 'guests', 'attach', 'detach', 'addVersion', 'stateVersion', 'circulate', 'withdrawPaper', 'quarantine', 'purge', 'expire', 'render', 'remindReaders', 'join', 'leave',
  'absence', 'withdraw', 'checkIn', 'checkOut', 'withdrawCheckIn', 'correct', 'vote', 'grade', 'cast', 'recast', 'remindVoters', 'setHall', 'countHall', 'confirmHall', 'closeVote', 'annulVote', 'secretVote', 'draw', 'openCasting', 'saveMinutes', 'publishMinutes', 'helpMinutes', 'reviewMinutes', 'discussMinutes', 'returnMinutes', 'reopenMinutes', 'headCount', 'chat', 'record',
  'invitePaper', 'answer', 'noReason', 'substitute', 'agree', 'decline', 'remind', 'rule', 'knock', 'closeDoor', 'admit', 'turnAway', 'mute', 'stopShare', 'invite', 'eject', 'liftBan', 'handOver', 'raise', 'lower', 'giveFloor', 'moreTime', 'endTurn', 'hands', 'lead', 'endLead', 'draft', 'issueDraft', 'discardDraft', 'draftPaper', 'comment', 'conclude', 'settleConclusion', 'reopenConclusion', 'assignTask', 'followUp', 'resolve', 'abstract', 'sendPaper', 'signPaper', 'replacePaper', 'recallPaper'] as const
const Step = fc.record({ act: fc.constantFrom(...acts), who: fc.nat(9), which: fc.nat(9) })
type Step = typeof Step extends fc.Arbitrary<infer S> ? S : never

const everybody = () => [body.chair, body.clerk, body.member, body.guest, ...body.members, ...body.sites]
/** Who may become guests of single items. */
let visitors: Caller[]
/** One that all wait by, and that stays open. */
const door = { connected: true, once: () => {} }


const dayAhead = (days: number) => new Date(Date.parse(START) + days * 86_400_000).toISOString()

/** The next thing that happens to a recording, as its rules write it; those need a media node and ffmpeg (recording.test.ts). */
async function record(meetingId: string, which: number): Promise<void> {
  await house.journal.run(meetingId, { actorId: body.chair.personId }, async (tx) => {
    const { publishedAt, recordings } = await tx.state(meetingReducer)
    if (publishedAt === null) throw new AppError('meetingNotLive')
    const last = recordings.at(-1)
    const fresh = !last || last.status === 'deleted'
    const recordingId = fresh ? randomUUID() : last.recordingId
    const append = (kind: string, data: object) => { tx.append({ kind, data: { recordingId, ...data }, audience: { scope: 'meeting' } }) }
    if (fresh) append('recording.started', { decision: await tx.text('Chủ trì quyết định'), retentionDays: 30 })
    else if (last.status === 'recording') append('recording.stopped', { why: 'asked' })
    else if (last.status !== 'composing') append('recording.deleted', { why: 'asked' })
    else if (which % 2) append('recording.failed', { why: 'nothingRecorded' })
    else append('recording.composed', { bytes: 1000, seconds: 2, sha256: '0'.repeat(64) })
  })
}

/** One act of somebody on something; refused or not, as the rules will have it. */
async function perform(meetingId: string, { act, who, which }: Step): Promise<unknown> {
  const { meetings, postponing, agenda, documents, attendance, roll, voting, minutes, minuting, order, floor, entrance, chat } = house.domains
  const { inviting, reviewing, writing, annotating, concluding, circulating: { circulation } } = house.domains
  const people = [...everybody(), ...visitors]
  const pick = <T>(list: readonly T[]): T | undefined => list.length ? list[which % list.length] : undefined
  const caller: Caller = people[who % people.length] ?? body.chair
  const someone = pick(people) ?? body.chair
  const state = await house.state(meetingId)
  const itemId = pick(state.agenda)?.itemId ?? randomUUID()
  const voteId = state.votes.at(-1)?.voteId ?? randomUUID()
  const conclusion = state.conclusions.find((one) => one.itemId === itemId) ?? state.conclusions.at(-1)
  const peer = `${someone.personId}.00000000-0000-4000-8000-00000000000${which % 2}`
  const open = (kind: 'named' | 'grading', secret = false) => voting.open(meetingId, caller, { key: freshKey(), itemId, kind, secret, question: `Câu hỏi ${which}`, ...which % 2 ? { withoutQuorum: 'Diễn tập' } : {} })
  switch (act) {
    case 'change': return await meetings.change(meetingId, caller, { ...draft({ place: `Phòng ${which}` }), version: versionOf(state.facts ?? {}) })
    case 'tick': return await meetings.change(meetingId, caller, { ...draft({ cautions: [cautionId] }), version: versionOf(state.facts ?? {}) })
    case 'publish': return await meetings.publish(meetingId, caller, which % 2 ? `Lý do ${which}` : undefined)
    case 'postpone': return await postponing.postpone(meetingId, caller, { reason: `Lý do ${which}`, startsAt: which % 2 ? null : dayAhead(which + 1) })
    case 'reschedule': return await postponing.reschedule(meetingId, caller, dayAhead(which + 10))
    // Seldom, since nothing more happens after it.
    case 'cancel': return which === 7 ? await postponing.cancel(meetingId, caller, `Lý do ${which}`) : undefined
    case 'open': return await meetings.open(meetingId, caller, freshKey())
    case 'close': return await meetings.close(meetingId, caller, freshKey())
    case 'add': {
      const last = state.agenda.at(-1)?.level ?? -1
      return await agenda.add(meetingId, caller, {
        ...itemDraft(`Nội dung ${which}`), presenterId: someone.personId, key: freshKey(), level: Math.min(which % 3, last + 1),
        consent: { how: which % 2 ? 'vote' : 'allAgreed', note: which % 3 ? `Ghi chú ${which}` : null },
      })
    }
    case 'changeItem': return await agenda.change(meetingId, itemId, caller, { ...itemDraft(`Sửa ${which}`), version: pick(state.agenda)?.version ?? 1 })
    case 'defer': return await agenda.defer(meetingId, caller, { key: freshKey(), itemId, reason: `Hoãn ${which}` })
    case 'guests': {
      const personIds = visitors.filter((_, index) => (who + which) >> index & 1).map(({ personId }) => personId)
      return await agenda.setGuests(meetingId, itemId, body.clerk, { personIds, was: pick(state.agenda)?.guests ?? [] })
    }
    case 'remove': return await agenda.remove(meetingId, itemId, caller)
    case 'order': return await agenda.order(meetingId, caller, settled(state.agenda.toReversed().map((item, index) => ({ itemId: item.itemId, level: (which + index) % 3 }))))
    case 'goTo': return await agenda.goTo(meetingId, caller, freshKey(), which === 7 ? null : itemId)
    case 'attach': return await documents.attachMade(meetingId, itemId, caller, { pdf, name: `${which}.pdf`, key: freshKey() })
    case 'addVersion': {
      const document = pick(state.documents)
      return await documents.addVersion(meetingId, document?.documentId ?? randomUUID(), caller, {
        key: freshKey(), source: `${which}`, after: document?.versions.at(-1)?.number ?? 1, state: pick(['draft', 'circulation', 'draft', 'final'] as const) ?? 'draft',
        take: async () => ({ sha256: `${which}`.repeat(64), bytes: 5, name: 'Bản mới.docx', mediaType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document' }),
      })
    }
    case 'stateVersion': {
      const document = pick(state.documents)
      const version = document?.versions.at(-1)
      return await documents.stateVersion(meetingId, document?.documentId ?? randomUUID(), version?.number ?? 1, caller, {
        state: which % 2 ? 'circulation' : 'final', was: version?.state ?? 'draft',
      })
    }
    case 'circulate': {
      const document = pick(state.documents)
      const was = { parts: document?.parts ?? [], download: document?.download ?? true, expiresHours: document?.expiresHours ?? null }
      const parts = Part.options.filter((_, index) => (who + which) >> index & 1)
      return await circulation.set(meetingId, document?.documentId ?? randomUUID(), caller, {
        parts: which % 3 ? parts : was.parts, download: which % 2 === 0, expiresHours: which % 4 ? which : null, was,
      })
    }
    case 'withdrawPaper': return await circulation.withdraw(meetingId, pick(state.documents)?.documentId ?? randomUUID(), caller, `Lý do ${which}`)
    case 'quarantine': return await circulation.quarantine(meetingId, pick(state.documents)?.documentId ?? randomUUID(), caller)
    case 'purge': return await circulation.purge(meetingId, pick(state.documents.filter(({ held }) => held === 'quarantined'))?.documentId ?? randomUUID(), body.chair)
    case 'expire': {
      const document = pick(state.documents)
      if (!document) return undefined
      const was = { parts: document.parts, download: document.download, expiresHours: document.expiresHours }
      await circulation.set(meetingId, document.documentId, body.clerk, { ...was, expiresHours: 0, was })
      return await circulation.expireDue()
    }
    case 'render': return await circulation.tellRendered(pick(state.documents)?.versions.at(-1)?.sha256 ?? '0'.repeat(64), {
      status: 'ready', pages: which + 1, hasText: true, secrecyPage: null, problem: null, pdfSha256: '0'.repeat(64),
    })
    case 'remindReaders': return await house.domains.circulating.reading.remind(meetingId, caller, { key: freshKey(), personIds: people.map(({ personId }) => personId) })
    case 'detach': return await documents.remove(meetingId, pick(state.documents)?.documentId ?? randomUUID(), caller)
    case 'join': return await attendance.event({ event: 'peerJoined', room: meetingId, peer, label: '', at: Date.now() - which })
    case 'leave': return await attendance.event({ event: 'peerLeft', room: meetingId, peer, at: Date.now() - which, reason: 'timedOut' })
    case 'absence': return await attendance.recordAbsence(meetingId, caller, { key: freshKey(), personId: someone.personId, reason: `Lý do ${which}` })
    case 'withdraw': return await attendance.recordAbsence(meetingId, caller, { key: freshKey(), personId: someone.personId, reason: '' })
    case 'checkIn': return await roll.checkIn.checkIn(meetingId, caller, { key: freshKey(), personIds: [someone.personId] })
    case 'checkOut': return await roll.checkIn.checkOut(meetingId, caller, { key: freshKey(), personIds: [someone.personId] })
    case 'withdrawCheckIn': return await roll.checkIn.withdraw(meetingId, caller, { key: freshKey(), personIds: [someone.personId] })
    case 'correct': {
      const known = state.attendance.stays[someone.personId] ?? []
      const [from, to] = [new Date(Date.now() - 60_000 * (which + 2)).toISOString(), new Date(Date.now() - 60_000 * which).toISOString()]
      return await roll.corrections.correct(meetingId, caller, { key: freshKey(), personId: someone.personId, known, stays: [{ from, to, mode: 'inPerson' }], reason: `Lý do ${which}` })
    }
    case 'vote': return await open('named')
    case 'grade': return await open('grading')
    case 'secretVote': return await open('named', true)
    // Any number below the modulus will do.
    case 'draw': return await house.domains.secretBallots.draw(meetingId, caller, { key: freshKey(), voteId, blinded: `${'A'.repeat(341)}Q` })
    case 'openCasting': return await house.domains.secretBallots.openCasting(meetingId, caller, { key: freshKey(), voteId })
    case 'cast': case 'recast': {
      const [vote] = state.votes.slice(-1)
      return await voting.cast(meetingId, caller, { key: freshKey(), voteId, content: someBallot(vote, which), ...act === 'recast' ? { replaces: 1 } : {}, ...which % 3 ? {} : { reservedOpinion: `Ý kiến ${which}` } })
    }
    case 'remindVoters': return await voting.remind(meetingId, caller, { key: freshKey(), voteId })
    case 'setHall': return await voting.setHall(meetingId, caller, { key: freshKey(), voteId, way: 'paper', voterIds: state.votes.at(-1)?.electorate.slice(-1) ?? [] })
    case 'countHall': return await voting.countHall(meetingId, caller, { key: freshKey(), voteId, revision: state.votes.at(-1)?.hallCount?.revision ?? 0, hall: emptyHall })
    case 'confirmHall': return await voting.confirmHall(meetingId, caller, { key: freshKey(), voteId, revision: state.votes.at(-1)?.hallCount?.revision ?? 1 })
    case 'annulVote': return await voting.annul(meetingId, caller, { key: freshKey(), voteId, reason: `Mở nhầm ${which}` })
    case 'closeVote': return await voting.close(meetingId, caller, { key: freshKey(), voteId })
    case 'headCount': return await attendance.reportHeadCount(meetingId, caller, { key: freshKey(), personId: someone.personId, people: which })
    case 'invitePaper': return await inviting.invitations.issue(meetingId, caller, { version: 0, key: freshKey() })
    case 'draftPaper': {
      const { draft: paper } = await inviting.invitations.get(meetingId, caller)
      return paper && await inviting.invitations.save(meetingId, caller, paper.version, paper.text)
    }
    case 'answer': return await inviting.answers.answer(meetingId, caller,
      { key: freshKey(), personId: caller.personId, answer: which % 2 ? 'inPerson' : 'online', reason: '' }, which % 3 ? 'product' : 'mail')
    case 'noReason': return await inviting.answers.answer(meetingId, caller, { key: freshKey(), personId: someone.personId, answer: 'absent', reason: '' }, 'product')
    case 'substitute': return await inviting.answers.answer(meetingId, caller,
      { key: freshKey(), personId: someone.personId, answer: 'substitute', reason: '', substituteId: outsider.personId }, 'product')
    case 'agree': case 'decline': return await inviting.answers.decideSubstitute(meetingId, caller,
      { key: freshKey(), personId: someone.personId, substituteId: outsider.personId, agreed: act === 'agree' })
    case 'remind': return await inviting.rounds.remindSilent(meetingId, caller, { key: freshKey(), again: which % 2 === 0 })
    case 'chat': return await chat.send(meetingId, caller, { key: freshKey(), to: which % 2 ? 'office' : 'everyone', text: `Lời nhắn ${which}` })
    case 'rule': {
      const rule = pick(RoomRule.options) ?? 'lobby'
      return await order.setRule(meetingId, caller, { key: freshKey(), rule, on: !state.order.rules[rule] })
    }
    case 'knock': return await entrance.enter(meetingId, caller, { deviceId: randomUUID(), attending: 'full', others: 'ask' }, door)
    case 'closeDoor': return await entrance.stopWaiting(meetingId, caller, door)
    case 'admit': return await order.admit(meetingId, caller, { key: freshKey(), personId: which ? someone.personId : null })
    case 'turnAway': return await order.turnAway(meetingId, caller, { key: freshKey(), personId: someone.personId })
    case 'mute': return await order.mute(meetingId, caller, { key: freshKey(), personId: which ? someone.personId : null })
    case 'stopShare': return await order.stopShare(meetingId, caller, { key: freshKey(), personId: someone.personId })
    case 'invite': return await order.inviteToSpeak(meetingId, caller, { key: freshKey(), personId: someone.personId, on: who % 2 === 0 })
    case 'eject': return await order.eject(meetingId, caller, { key: freshKey(), personId: someone.personId, ban: who % 2 === 1, reason: `Lý do ${which}` })
    case 'liftBan': return await order.liftBan(meetingId, caller, { key: freshKey(), personId: someone.personId })
    case 'handOver': return await order.handChair(meetingId, caller, { key: freshKey(), personId: which ? someone.personId : null })
    case 'raise': return await floor.request(meetingId, caller, {
      key: freshKey(), personId: which % 3 ? caller.personId : someone.personId, itemId: which === 8 ? null : itemId,
      kind: pick(['speak', 'speak', 'pointOfOrder', 'reply'] as const) ?? 'speak', replyTo: state.floor.turns.at(-1)?.turnId ?? null,
      topic: which % 2 ? `Chủ đề ${which}` : null, speaker: null,
    })
    case 'lower': return await floor.withdraw(meetingId, caller, { key: freshKey(), requestIds: [pick(state.floor.requests)?.requestId ?? randomUUID()] })
    case 'giveFloor': {
      const request = pick(state.floor.requests)
      const asked = request && which % 2 ? { requestId: request.requestId } : { personId: someone.personId }
      return await floor.startTurn(meetingId, caller, { key: freshKey(), who: asked, after: runningTurn(state.floor)?.turnId ?? null })
    }
    case 'moreTime': {
      const turn = runningTurn(state.floor)
      return await floor.extendTurn(meetingId, caller, { key: freshKey(), turnId: turn?.turnId ?? randomUUID(), seconds: 60, limitS: turn?.limitS ?? 1 })
    }
    case 'endTurn': return await floor.endTurn(meetingId, caller, { key: freshKey(), turnId: state.floor.turns.at(-1)?.turnId ?? randomUUID() })
    // As a version before this one told it.
    case 'hands': return await house.journal.run(meetingId, { actorId: caller.personId }, (tx) => {
      for (const kind of ['order.handRaised', 'order.handLowered']) tx.append({ kind, data: { personId: caller.personId }, audience: { scope: 'meeting' } })
      return Promise.resolve()
    })
    case 'lead': return await reviewing.review.lead(meetingId, caller, {
      key: freshKey(), documentId: pick(state.documents)?.documentId ?? randomUUID(), ...which % 2 ? {} : { leaderId: someone.personId },
    })
    case 'endLead': return await reviewing.review.end(meetingId, caller, { key: freshKey(), documentId: state.review?.documentId ?? randomUUID() })
    case 'comment': return await comment(annotating.comments, meetingId, pick(state.documents)?.documentId ?? randomUUID(), caller, which)
    case 'conclude': return await concluding.conclusions.write(meetingId, itemId, caller, { key: freshKey(), version: conclusion?.version ?? 0, text: `Kết luận ${which} ${Date.now()}` })
    case 'settleConclusion': return await concluding.conclusions.settle(meetingId, conclusion?.itemId ?? itemId, caller, { key: freshKey(), version: conclusion?.version ?? 1 })
    case 'reopenConclusion': return await concluding.conclusions.reopen(meetingId, conclusion?.itemId ?? itemId, caller, { key: freshKey(), version: conclusion?.version ?? 1, reason: `Lý do ${which}` })
    case 'assignTask': return await concluding.tasks.assigning.assign(meetingId, conclusion?.itemId ?? itemId, caller, {
      key: freshKey(), conclusionVersion: conclusion?.version ?? 1,
      facts: { lead: { kind: 'person', id: someone.personId }, coUnitIds: [], what: `Việc ${which}`, product: 'Đề án', responsibility: '', authority: '', dueOn: '2030-01-02' },
    })
    case 'followUp': return await followUp(concluding.notices, meetingId)
    case 'resolve': return await resolve(meetingId, voteId)
    case 'abstract':
      return await minutes.setAbstract(meetingId, caller, { abstract: `Trích yếu ${which} ${Date.now()}`, was: (await minutes.get(meetingId, body.clerk)).content.abstract, key: freshKey() })
    case 'sendPaper': case 'signPaper': case 'replacePaper': case 'recallPaper': return await paperAct(act, meetingId, state.papers.at(-1)?.paperId ?? randomUUID(), caller, which)
    case 'draft': return await writing.drafting.open(meetingId, pick(state.documents)?.documentId ?? randomUUID(), caller)
    case 'discardDraft': return await writing.drafting.discard(meetingId, pick(state.drafts)?.documentId ?? randomUUID(), caller)
    case 'issueDraft': {
      await house.db('draft_text').where({ meeting_id: meetingId, closed_at: null }).update({ state: Buffer.from(newText([`Điều ${which}`])) })
      return await writing.drafting.issue(meetingId, pick(state.drafts)?.documentId ?? randomUUID(), caller,
        { key: freshKey(), type: 'Nghị quyết', symbol: 'NQ/TU', abstract: 'Về chuyển đổi số' })
    }
    case 'record': return await record(meetingId, which)
    case 'saveMinutes': {
      await minutes.begin(meetingId, caller)
      return await minutes.redraft(meetingId, caller, (await minutes.get(meetingId, body.clerk)).version)
    }
    case 'publishMinutes':
      return await minuting.review.approve(meetingId, caller, { sha256: (await minutes.get(meetingId, body.clerk)).sha256, key: freshKey() })
    case 'helpMinutes': return await minuting.review.setHelper(meetingId, caller, someone.personId, which % 3 > 0)
    case 'reviewMinutes': return await minuting.review.open(meetingId, caller, { dueAt: dayAhead(which), key: freshKey() })
    case 'discussMinutes': {
      const { threadId } = await minuting.review.comment(meetingId, caller, { key: freshKey(), blockId: which % 2 ? 'doan-mot' : null, quote: which % 2 ? 'Có mặt' : null, text: `Góp ý ${which}` })
      await minuting.review.reply(meetingId, someone, threadId, { key: freshKey(), text: `Trả lời ${which}` })
      return await minuting.review.settle(meetingId, body.clerk, threadId, { key: freshKey(), resolved: which % 2 === 0, answer: which ? `Đã sửa ${which}` : null })
    }
    case 'returnMinutes': return await minuting.review.giveBack(meetingId, body.chair, { key: freshKey(), reason: `Lý do ${which}` })
    case 'reopenMinutes': return await minuting.review.reopen(meetingId, body.chair, { key: freshKey(), reason: `Lý do ${which}` })
  }
}

/** The notice of conclusions goes to the chair and back, and is issued. */
async function followUp(notices: House['domains']['concluding']['notices'], meetingId: string): Promise<void> {
  const { version, content } = await notices.get(meetingId, body.clerk)
  const act = (saved: { version: number }) => ({ key: freshKey(), version: saved.version })
  const saved = await notices.save(meetingId, body.clerk, { ...act({ version }), content })
  const returned = await notices.decide(meetingId, body.chair, { ...act(await notices.send(meetingId, body.clerk, act(saved))), approved: false, reason: 'Nêu rõ hơn' })
  const approved = await notices.decide(meetingId, body.chair, { ...act(await notices.send(meetingId, body.clerk, act(returned))), approved: true })
  await notices.issue(meetingId, body.clerk, { ...act(approved), recipients: [] })
}

/** The resolution of a vote goes to the chair and back, and is issued. */
async function resolve(meetingId: string, voteId: string): Promise<void> {
  const { votes, resolutions } = house.domains.resolving
  const { resolutionId: id } = await votes.begin(meetingId, voteId, body.clerk, freshKey())
  const { version, content } = await resolutions.get(id, body.clerk)
  const act = (saved: { version: number }) => ({ key: freshKey(), version: saved.version })
  const saved = await resolutions.save(id, body.clerk, { ...act({ version }), content })
  const returned = await resolutions.decide(id, body.chair, { ...act(await resolutions.send(id, body.clerk, act(saved))), approved: false, reason: 'Nêu rõ hơn' })
  const approved = await resolutions.decide(id, body.chair, { ...act(await resolutions.send(id, body.clerk, act(returned))), approved: true })
  await resolutions.issue(id, body.clerk, { ...act(approved), recipients: [] })
}

/** What happens to the paper that was issued last. */
async function paperAct(act: 'sendPaper' | 'signPaper' | 'replacePaper' | 'recallPaper', meetingId: string, paperId: string, caller: Caller, which: number): Promise<unknown> {
  const { papers } = house.domains.publishing
  switch (act) {
    case 'sendPaper': return await papers.send(paperId, caller, [{ kind: 'person', personId: body.member.personId }, { kind: 'mail', name: 'Sở Tài chính', address: 'stc@example.vn' }])
    case 'recallPaper': return await papers.recall(paperId, caller, `Lý do ${which}`)
    case 'replacePaper':
      return await papers.replace(paperId, caller, { abstract: `Thay thế ${which}`, reason: `Lý do ${which}`, blocks: [{ kind: 'paragraph', text: 'Nội dung' }], key: freshKey() })
    // Without a signer's key there is no signature; its entry is told all the same.
    case 'signPaper': return await house.journal.run(meetingId, { actorId: caller.personId }, async (tx) => {
      const paper = (await tx.state(meetingReducer)).papers.find((one) => one.paperId === paperId)
      if (!paper) return
      tx.append({ kind: 'issuing.signed', audience: paper.audience, data: { paperId, signerId: caller.personId, sha256: 'a'.repeat(64), certificate: 'b'.repeat(64) } })
    })
  }
}

/** Somebody comments on a document, answers themselves, settles it or takes back what they said. */
async function comment(comments: House['domains']['annotating']['comments'], meetingId: string, documentId: string, caller: Caller, which: number): Promise<void> {
  const { threadId } = await comments.open(meetingId, documentId, caller, {
    key: freshKey(), version: 1, kind: 'comment', anchor: { page: 1, rects: [[0.1, 0.1, 0.5, 0.2]], quote: null }, text: `Ý kiến ${which}`, replacement: null,
  })
  const { messageId } = await comments.reply(meetingId, documentId, threadId, caller, { key: freshKey(), text: `Trả lời ${which}` })
  if (which % 2) await comments.takeBack(meetingId, documentId, threadId, messageId, caller)
  await comments.settle(meetingId, documentId, threadId, caller, { key: freshKey(), revision: 1, state: 'resolved', reason: '' })
}

/** What a client has that reads in pieces. */
async function readAll(meetingId: string, viewer: Viewer, limit: number): Promise<VisibleEntry[]> {
  const entries: VisibleEntry[] = []
  for (let cursor: string | undefined, more = true; more;) {
    const page = await house.journal.read(meetingId, viewer, cursor, limit)
    entries.push(...page.entries)
    cursor = page.cursor
    more = page.entries.length === limit
  }
  return entries
}

const seen = new Set<string>()

it('fold(visible) = project(viewer, fold(all)), for every viewer of any meeting', async () => {
  const story = fc.array(Step, { minLength: 5, maxLength: 40 })
  await fc.assert(fc.asyncProperty(story, fc.nat(3), fc.integer({ min: 1, max: 9 }), async (steps, progress, limit) => {
    const { meetingId } = await house.newMeeting(body, (['draft', 'published', 'live', 'live'] as const)[progress] ?? 'draft')
    for (const step of steps) {
      await perform(meetingId, step).catch((error: unknown) => {
        if (!(error instanceof AppError) || error.code === 'internal') throw error
      })
    }
    const whole = await house.state(meetingId)
    for (const { kind } of await house.entries(meetingId)) seen.add(kind)
    for (const { personId } of [...everybody(), ...visitors]) {
      const office = [body.chair.personId, body.clerk.personId, whole.order.presiding].includes(personId)
      const guestOf = whole.agenda.filter(({ guests }) => guests.includes(personId)).map(({ itemId }) => itemId)
      const limited = visitors.some((one) => one.personId === personId)
      // Who has no item, or no meeting to come to, has no part in it.
      if (limited && !guestOf.length) continue
      const viewer: Viewer = { personId, office, items: limited ? guestOf : 'all' }
      const visible = await readAll(meetingId, viewer, limit)
      for (const entry of visible) MeetingEntry.parse(entry)
      const folded: MeetingState = fold(meetingReducer, visible)
      expect(folded).toEqual(meetingReducer.project(whole, viewer))
      expect((await house.journal.snapshot(meetingId, viewer, meetingReducer)).state).toEqual(folded)
      if (limited) expect(visible.filter(({ audience }) => audience.scope === 'whole' || (audience.scope === 'item' && !guestOf.includes(audience.itemId)))).toEqual([])
      for (const document of folded.documents) if (!office) expect(document.versions.some(({ state }) => state !== 'draft')).toBe(true)
      if (!office) expect(visible.filter(({ audience }) => audience.scope === 'office' && !audience.and?.includes(personId))).toEqual([])
    }
    expect((await audited(house.journal, meetingId, [], async (trx) =>
      [...await house.domains.voting.closedBallots(trx, meetingId), ...await house.domains.secretBallots.boxes(trx, meetingId)])).findings).toEqual([])
  }), { numRuns: 12 })
})

it('and every kind of entry has been told by then', async () => {
  const told = [...MeetingEntry.options].map((option) => option.shape.kind.value)
  const steps: Step[] = ['change', 'tick', 'publish', 'postpone', 'reschedule', 'join', 'absence', 'withdraw', 'open', 'goTo', 'attach', 'render', 'remindReaders', 'comment', 'lead', 'endLead', 'draft', 'discardDraft', 'draft', 'issueDraft', 'addVersion', 'circulate', 'stateVersion', 'withdrawPaper', 'changeItem', 'order', 'add', 'remove', 'goTo',
    'vote', 'cast', 'recast', 'remindVoters', 'setHall', 'countHall', 'closeVote', 'secretVote', 'draw', 'openCasting', 'closeVote', 'vote', 'annulVote', 'leave', 'close', 'followUp', 'sendPaper', 'signPaper', 'replacePaper', 'recallPaper', 'saveMinutes', 'abstract', 'helpMinutes', 'reviewMinutes', 'discussMinutes', 'returnMinutes', 'reviewMinutes', 'publishMinutes', 'recallPaper', 'reopenMinutes'].map((act) => ({ act: act as Step['act'], who: 0, which: 1 }))
  // With a reserved opinion; whoever entered a count does not confirm it.
  for (const step of steps) if (['cast', 'recast'].includes(step.act)) step.which = 3
  steps.splice(steps.findIndex(({ act }) => act === 'closeVote'), 0, { act: 'confirmHall', who: 1, which: 1 })
  // The item just added goes again, not the one under way; who excuses themselves is not the one who is there.
  for (const step of steps) if (['remove', 'absence', 'withdraw'].includes(step.act)) step.which = 2
  steps.splice(steps.findIndex(({ act }) => act === 'circulate'), 0, { act: 'circulate', who: 0, which: 3 })
  const inRoom: Step[] = [
    ...(['conclude', 'settleConclusion', 'assignTask', 'reopenConclusion'] as const).map((act): Step => ({ act, who: 0, which: 0 })),
    { act: 'rule', who: 0, which: 0 }, { act: 'knock', who: 3, which: 0 }, { act: 'admit', who: 0, which: 3 }, { act: 'knock', who: 5, which: 0 },
    { act: 'turnAway', who: 0, which: 5 }, { act: 'mute', who: 0, which: 0 }, { act: 'stopShare', who: 0, which: 3 }, { act: 'invite', who: 0, which: 3 },
    { act: 'eject', who: 0, which: 6 }, { act: 'liftBan', who: 0, which: 6 }, { act: 'join', who: 2, which: 2 }, { act: 'raise', who: 2, which: 2 },
    { act: 'hands', who: 2, which: 0 }, { act: 'lower', who: 2, which: 0 }, { act: 'giveFloor', who: 0, which: 2 }, { act: 'moreTime', who: 0, which: 0 }, { act: 'endTurn', who: 0, which: 0 }, { act: 'handOver', who: 0, which: 2 }, { act: 'handOver', who: 2, which: 0 }, { act: 'chat', who: 2, which: 1 },
    { act: 'headCount', who: 0, which: 7 },
    // Called in with an item, shown out with it.
    { act: 'guests', who: 1, which: 0 }, { act: 'goTo', who: 0, which: 0 }, { act: 'join', who: 8, which: 8 }, { act: 'goTo', who: 0, which: 7 },
    { act: 'add', who: 0, which: 1 }, { act: 'defer', who: 0, which: 2 },
    ...(['checkIn', 'withdrawCheckIn', 'checkIn', 'checkOut', 'correct'] as const).map((act): Step => ({ act, who: 0, which: 4 })),
    ...[0, 0, 0, 0, 0, 0, 1].map((which): Step => ({ act: 'record', who: 0, which })),
  ]
  steps.splice(steps.findIndex(({ act }) => act === 'leave'), 0, ...inRoom)
  const invited = (['invitePaper', 'draftPaper', 'answer', 'noReason', 'substitute', 'decline', 'substitute', 'agree', 'remind', 'answer'] as const)
    .map((act): Step => ({ act, who: act === 'answer' ? 2 : 0, which: act === 'answer' ? 1 : 2 }))
  steps.splice(steps.findIndex(({ act }) => act === 'postpone'), 0, ...invited)
  const { meetingId } = await house.newMeeting(body)
  for (const step of steps) await perform(meetingId, step.act === 'goTo' && step.which !== 7 ? { ...step, which: 0 } : step).catch(() => undefined)
  await house.domains.postponing.cancel((await house.newMeeting(body)).meetingId, body.clerk, 'Lý do')
  const cancelled = await house.newMeeting(body, 'published')
  await house.domains.postponing.cancel(cancelled.meetingId, body.clerk, 'Lý do')
  const unneeded = await house.newMeeting(body, 'closed')
  await house.domains.concluding.notices.waive(unneeded.meetingId, body.chair, { key: freshKey(), version: 0, reason: 'Lý do' })
  const adopted = await house.newMeeting(body, 'live')
  const { voting } = house.domains
  const { voteId } = await voting.open(adopted.meetingId, body.chair, { key: freshKey(), itemId: adopted.items[0], kind: 'named', question: 'Thông qua?', withoutQuorum: 'Diễn tập' })
  for (const voter of [body.chair, ...body.members]) await voting.cast(adopted.meetingId, voter, { key: freshKey(), voteId, content: { kind: 'named', choice: 'approve' } })
  await voting.close(adopted.meetingId, body.chair, { key: freshKey(), voteId })
  await resolve(adopted.meetingId, voteId)
  for (const id of [meetingId, cancelled.meetingId, unneeded.meetingId, adopted.meetingId]) for (const { kind } of await house.entries(id)) seen.add(kind)
  expect(told.filter((kind) => !seen.has(kind))).toEqual([])
})
