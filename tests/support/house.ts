import { createHash, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { pino } from 'pino'
import type { BodyRole, BodyRulesInput, Letterhead } from '../../protocol/bodies.ts'
import type { Threshold } from '../../protocol/shares.ts'
import type { PersonKind } from '../../protocol/identity.ts'
import { meetingReducer, type MeetingState } from '../../protocol/meeting-state.ts'
import type { MeetingDraft } from '../../protocol/convening.ts'
import { openVoteSecrets } from '../../server/secret-ballots/vote-secrets.ts'
import { openWorkFolders } from '../../server/conversion/work-folders.ts'
import { createDomains, type RoomMedia } from '../../server/domains.ts'
import type { Outside } from '../../server/inviting.ts'
import type { Caller } from '../../server/platform/contract.ts'
import { openFiles } from '../../server/platform/files.ts'
import { openRecordingFolders } from '../../server/recording/folders.ts'
import type { RecordingMedia } from '../../server/recording/recording.ts'
import { exported, openArchive } from './journal.ts'
import { statementsOf } from './statements.ts'

export const moreThanHalf: Threshold = { numerator: 1, denominator: 2, strict: true, basis: 'Quy chế làm việc' }
const twoThirds: Threshold = { numerator: 2, denominator: 3, strict: false, basis: 'Quy chế làm việc' }
const grade = (id: string, passes: boolean) => ({ id, label: { vi: id, en: id }, passes })

/** A committee that votes by name and a council that grades as well. */
export const bodyRules: Record<'committee' | 'council', BodyRulesInput> = {
  committee: { quorum: twoThirds, majority: { ...moreThanHalf, base: 'incumbents' }, grading: null },
  council: {
    quorum: twoThirds, majority: { ...moreThanHalf, base: 'present' },
    grading: {
      scale: [grade('excellent', true), grade('good', true), grade('pass', true), grade('fail', false)],
      threshold: moreThanHalf, base: 'validBallots',
    },
  },
}
const letterhead: Letterhead = {
  style: 'party', superior: 'Tỉnh uỷ Bình Giang', issuer: 'Ban Thường vụ', minutesSymbol: 'BB/TU', place: 'Bình Giang',
}

export const UPLOAD_LIMIT = 300_000
/** Ahead, since nothing is published that would have begun; near enough for what opens before a meeting does. */
export const START = new Date(Math.ceil(Date.now() / 60_000) * 60_000 + 3600_000).toISOString()
export const draft = (changes: Partial<MeetingDraft> = {}): MeetingDraft => ({
  title: 'Hội nghị tháng 6', mode: 'hybrid', place: 'Trụ sở', startsAt: START, plannedMinutes: 210, ...changes,
})
/** Of a publication that needs one, as where people have several meetings at one time. */
export const REASON = 'Theo yêu cầu công tác'
export const as = (personId: string): Caller => ({ personId, administrator: false })
export const freshKey = () => randomUUID()
/** How the body agreed to an item that comes up in a live meeting. */
export const CONSENT = { how: 'allAgreed', note: null } as const
export const itemDraft = (title = 'Nội dung') => ({ title, minutes: 30, presenterId: null, purpose: 'decide' as const })

/** All domains on a database of their own, without the web; without a video room, or with what stands for its node. */
export async function openHouse(
  { media, recorder, outside, now, signingKeysFile }:
    { media?: RoomMedia, recorder?: RecordingMedia, outside?: Outside, now?: () => Date, signingKeysFile?: string } = {},
) {
  const archive = await openArchive()
  const { db, journal } = archive.start({}, 8)
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'nghi-su-house-'))
  const files = await openFiles(dataDir)
  const recording = { folders: await openRecordingFolders(dataDir), media: recorder }
  const domains = createDomains({
    db, journal, files, workFolders: await openWorkFolders(dataDir), recording, uploadLimitBytes: UPLOAD_LIMIT, uploadWays: { folder: path.join(dataDir, 'uploads'), scanner: undefined }, media, iceServers: () => [],
    secretVotes: { secrets: await openVoteSecrets(path.join(dataDir, 'keys', 'secret-votes'), Buffer.alloc(32)), signReceipt: () => 'x'.repeat(86), gatherMs: 5 },
    secret: (purpose) => createHash('sha256').update(purpose).digest(), origins: ['https://hop.example.vn'], outside, now, signingKeysFile,
    log: pino({ level: 'silent' }),
  })

  async function newPerson(kind: PersonKind = 'person'): Promise<Caller> {
    const [row] = await archive.owner('person').insert({ kind, full_name: 'Lê Thị Thử', office: 'Chuyên viên' }).returning<{ id: string }[]>('id')
    if (!row) throw new Error('no person was inserted')
    return as(row.id)
  }

  /** A body with a chair, a clerk without a vote, members, a guest, and remote sites if wanted. */
  async function newBody(wanted: { rules?: BodyRulesInput, members?: number, sites?: number } = {}) {
    const { rules = bodyRules.committee, members = 3, sites: siteCount = 0 } = wanted
    const body = await domains.bodies.found({ name: `Ban ${randomUUID()}`, rules, letterhead })
    let rank = 0
    async function add(role: BodyRole, voting: boolean, kind: PersonKind = 'person'): Promise<Caller> {
      const caller = await newPerson(kind)
      rank += 1
      await domains.bodies.addMember({ bodyId: body.id, personId: caller.personId, role, office: 'Uỷ viên', voting, rank, since: new Date('2020-01-01') })
      return caller
    }
    const [chair, clerk, guest] = [await add('chair', true), await add('clerk', false), await add('guest', false)]
    const others: Caller[] = []
    for (let index = 0; index < members; index += 1) others.push(await add('member', true))
    const [member = chair] = others
    const sites: Caller[] = []
    for (let index = 0; index < siteCount; index += 1) sites.push(await add('guest', false, 'site'))
    return { bodyId: body.id, chair, clerk, guest, sites, member, members: others }
  }
  type NewBody = Awaited<ReturnType<typeof newBody>>

  /** A meeting with two items, brought as far as this. */
  async function newMeeting(body: NewBody, status: MeetingState['status'] = 'draft') {
    const { meetings, agenda } = domains
    const { meetingId } = await meetings.create(body.clerk, { ...draft(), bodyId: body.bodyId, key: freshKey() })
    const items = [
      (await agenda.add(meetingId, body.clerk, { ...itemDraft('Nội dung một'), key: freshKey() })).itemId,
      (await agenda.add(meetingId, body.clerk, { ...itemDraft('Nội dung hai'), key: freshKey() })).itemId,
    ] as const
    if (status !== 'draft') await meetings.publish(meetingId, body.clerk, REASON)
    if (status === 'live' || status === 'closed') await meetings.open(meetingId, body.chair, freshKey())
    if (status === 'closed') await meetings.close(meetingId, body.chair, freshKey())
    return { ...body, meetingId, items }
  }

  return {
    archive, db, journal, files, domains, newPerson, newBody, newMeeting,
    state: (meetingId: string) => journal.state(meetingId, meetingReducer),
    /** The entries of one kind, as an auditor has them. */
    async entries(meetingId: string, kind?: string) {
      return (await exported(journal, meetingId)).filter((record) => record.record === 'entry').filter((entry) => kind === undefined || entry.kind === kind)
    },
    statements: (work: () => Promise<unknown>) => statementsOf(db, work),
    async close(): Promise<void> {
      await archive.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

export type House = Awaited<ReturnType<typeof openHouse>>
