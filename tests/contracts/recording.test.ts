import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { appendFile, mkdir, readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addItem, changeItem, CLASSIFIED_TITLE } from '../../protocol/agenda.ts'
import { attachDocument } from '../../protocol/documents.ts'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import { deleteRecording, readRecording, recordingProgress, type RecordingState } from '../../protocol/recording.ts'
import { TIMELINE_FILE, type TimelineLine } from '../../protocol/recording-timeline.ts'
import { startAssembly, type Actor, type Assembly } from '../support/assembly.ts'
import { CONSENT, draft, freshKey, itemDraft, REASON } from '../support/house.ts'

let assembly: Assembly
beforeAll(async () => { assembly = await startAssembly({ media: true }) })
afterAll(() => assembly.close())

const state = async (meetingId: string) => await assembly.server.journal.state(meetingId, meetingReducer)
const recordingsOf = async (meetingId: string) => (await state(meetingId)).recordings
const rowOf = (recordingId: string) => assembly.server.db('recording').where({ id: recordingId }).first<{ status: RecordingState['status'] }>('status')
const folderOf = (recordingId: string, ...more: string[]) => path.join(assembly.server.config.dataDir, 'recordings', recordingId, ...more)
const decision = () => ({ key: freshKey(), decision: 'Chủ trì quyết định ghi âm, ghi hình cuộc họp', retentionDays: 30 })
const start = (meetingId: string, actor = assembly.chair) => assembly.server.domains.recordings.start(meetingId, actor.caller, decision())
const stop = (meetingId: string, actor = assembly.chair) => assembly.server.domains.recordings.stop(meetingId, actor.caller, freshKey())

/** The row and what the journal tells agree, and are this. */
async function untilStatus(meetingId: string, recordingId: string, status: RecordingState['status']): Promise<RecordingState> {
  await expect.poll(async () => (await rowOf(recordingId))?.status, { timeout: 60_000, interval: 50 }).toBe(status)
  const found = (await recordingsOf(meetingId)).find((one) => one.recordingId === recordingId)
  expect(found?.status).toBe(status)
  return found as RecordingState
}

/** Puts a second of somebody's picture beside what the node writes, as if it had been sent. */
async function sendPicture(recordingId: string): Promise<void> {
  const { status } = spawnSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc=size=160x90:rate=10', '-t', '2', '-c:v', 'libvpx',
    folderOf(recordingId, 'raw', '0001-camera.mkv')])
  expect(status).toBe(0)
  const lines: TimelineLine[] = [
    { event: 'fileBegun', at: Date.now(), file: '0001-camera.mkv', peer: randomUUID(), label: '', source: 'camera' },
    { event: 'fileEnded', at: Date.now() + 2_000, file: '0001-camera.mkv' },
  ]
  await appendFile(folderOf(recordingId, 'raw', TIMELINE_FILE), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
}

/** A recording that is there to be played, of a meeting that goes on. */
async function recorded(): Promise<{ meetingId: string, recordingId: string }> {
  const { meetingId } = await assembly.newMeeting('live')
  const { recordingId } = await start(meetingId)
  await sendPicture(recordingId)
  await stop(meetingId)
  await untilStatus(meetingId, recordingId, 'ready')
  return { meetingId, recordingId }
}

const file = ({ client }: Actor, params: { meetingId: string, recordingId: string }, headers: Record<string, string> = {}) =>
  client.call(readRecording, { params, headers })

describe('a recording', () => {
  it('is decided, announced, stopped, composed, played in ranges and deleted, each in row and journal', async () => {
    const { meetingId } = await assembly.newMeeting('live')
    const socket = await assembly.chair.client.socket()
    const send = (name: string, more: object = {}) =>
      socket.timeout(20_000).emitWithAck(name, { meetingId, key: freshKey(), ...more }) as Promise<{ ok: boolean, result: { recordingId: string } }>
    const { ok, result: { recordingId } } = await send('recording:start', { decision: 'Chủ trì quyết định', retentionDays: 5 })
    expect(ok).toBe(true)
    const running = await untilStatus(meetingId, recordingId, 'recording')
    expect(running).toMatchObject({ retentionDays: 5, startedBy: assembly.chair.personId, stoppedAt: null })
    const { texts } = await assembly.server.journal.snapshot(meetingId, { personId: assembly.guest.personId, office: false, items: 'all' }, meetingReducer)
    expect(texts[running.decision.$text]).toBe('Chủ trì quyết định')
    expect((await stat(folderOf(recordingId))).mode & 0o077).toBe(0)
    await sendPicture(recordingId)
    expect(await send('recording:stop')).toMatchObject({ ok: true })

    const ready = await untilStatus(meetingId, recordingId, 'ready')
    expect(ready).toMatchObject({ whyStopped: 'asked', seconds: 2 })
    const bytes = await readFile(folderOf(recordingId, 'recording.webm'))
    expect(ready.bytes).toBe(bytes.length)
    for (const actor of [assembly.chair, assembly.clerk, assembly.member]) {
      const answer = await file(actor, { meetingId, recordingId })
      expect([answer.status, answer.headers.get('content-type'), answer.headers.get('cache-control')]).toEqual([200, 'video/webm', 'private, no-store'])
      expect(answer.body).toEqual(bytes)
    }
    const part = await file(assembly.member, { meetingId, recordingId }, { range: 'bytes=10-19' })
    expect([part.status, part.body]).toEqual([206, bytes.subarray(10, 20)])
    await expect.poll(() => readdir(folderOf(recordingId))).toEqual(['recording.webm'])

    expect((await assembly.clerk.client.call(deleteRecording, { params: { meetingId, recordingId } })).status).toBe(200)
    expect(await untilStatus(meetingId, recordingId, 'deleted')).toMatchObject({ whyDeleted: 'asked' })
    await expect(stat(folderOf(recordingId))).rejects.toThrow('ENOENT')
    expect((await file(assembly.chair, { meetingId, recordingId })).error?.code).toBe('recordingNotFound')
  }, 120_000)

  it('runs once at a time, and a repeat under the same key starts nothing', async () => {
    const { meetingId } = await assembly.newMeeting('live')
    const asked = decision()
    const { recordings } = assembly.server.domains
    const { recordingId } = await recordings.start(meetingId, assembly.chair.caller, asked)
    expect(await recordings.start(meetingId, assembly.chair.caller, asked)).toEqual({ recordingId })
    await expect(start(meetingId)).rejects.toMatchObject({ code: 'alreadyRecording' })
    await expect(recordings.delete(meetingId, recordingId, assembly.chair.caller)).rejects.toMatchObject({ code: 'recordingUnfinished' })
    await stop(meetingId)
    await expect(stop(meetingId)).rejects.toMatchObject({ code: 'notRecording' })
    expect(await recordings.start(meetingId, assembly.chair.caller, asked)).toEqual({ recordingId })
    expect(await untilStatus(meetingId, recordingId, 'failed')).toMatchObject({ whyFailed: 'nothingRecorded' })
    expect(await recordingsOf(meetingId)).toHaveLength(1)
  }, 60_000)

  it('ends with its meeting', async () => {
    const { meetingId } = await assembly.newMeeting('live')
    const { recordingId } = await start(meetingId)
    await sendPicture(recordingId)
    await assembly.server.domains.meetings.close(meetingId, assembly.chair.caller, freshKey())
    expect(await untilStatus(meetingId, recordingId, 'ready')).toMatchObject({ whyStopped: 'meetingClosed' })
  }, 60_000)

  it('whose node died is closed as interrupted, and what is there is composed', async () => {
    const { meetingId } = await assembly.newMeeting('live')
    const { recordingId } = await start(meetingId)
    await sendPicture(recordingId)
    const { pid } = JSON.parse(await readFile(path.join(assembly.server.config.dataDir, 'media', 'node.json'), 'utf8')) as { pid: number }
    process.kill(pid, 'SIGKILL')
    expect(await untilStatus(meetingId, recordingId, 'ready')).toMatchObject({ whyStopped: 'interrupted' })
    await expect.poll(() => start(meetingId).then(() => 'ok', (error: { code: string }) => error.code), { timeout: 20_000 }).toBe('ok')
  }, 120_000)

  it('is deleted by the rule when its days are over, and not before', async () => {
    const { meetingId, recordingId } = await recorded()
    const { recordings } = assembly.server.domains
    const day = 86_400_000
    await mkdir(folderOf(recordingId, 'raw'), { recursive: true })
    await recordings.deleteExpired(new Date(Date.now() + 29 * day))
    expect((await rowOf(recordingId))?.status).toBe('ready')
    expect(await readdir(folderOf(recordingId))).toEqual(['recording.webm'])
    await recordings.deleteExpired(new Date(Date.now() + 31 * day))
    expect(await untilStatus(meetingId, recordingId, 'deleted')).toMatchObject({ whyDeleted: 'retention' })
    await expect(stat(folderOf(recordingId))).rejects.toThrow('ENOENT')
  }, 120_000)

  it('that was to be composed when the server ended is taken up again', async () => {
    const { meetingId } = await assembly.newMeeting('live')
    const [row] = await assembly.server.db('recording')
      .insert({ meeting_id: meetingId, retention_days: 3, status: 'composing', stopped_at: new Date() }).returning<{ id: string }[]>('id')
    expect(row).toBeDefined()
    await expect.poll(async () => (await rowOf(row?.id ?? ''))?.status, { timeout: 30_000 }).toBe('failed')
  }, 60_000)
})

describe('who may', () => {
  it('start and stop: who presides, in a live meeting', async () => {
    const { meetingId } = await assembly.newMeeting('live')
    for (const actor of [assembly.clerk, assembly.member, assembly.guest]) {
      await expect(start(meetingId, actor)).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
      await expect(stop(meetingId, actor)).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
    }
    for (const actor of [assembly.stranger, assembly.administrator]) {
      await expect(start(meetingId, actor)).rejects.toMatchObject({ code: 'meetingNotFound' })
    }
    for (const status of ['draft', 'published', 'closed'] as const) {
      const other = await assembly.newMeeting(status)
      await expect(start(other.meetingId)).rejects.toMatchObject({ code: 'meetingNotLive' })
      await expect(stop(other.meetingId)).rejects.toMatchObject({ code: 'meetingNotLive' })
    }
    expect(await recordingsOf(meetingId)).toEqual([])
  })

  it('watch: chair, clerk and members of that meeting, with no other meeting’s id', async () => {
    const on = await recorded()
    const other = await assembly.newMeeting('live')
    expect((await file(assembly.guest, on)).error?.code).toBe('forbiddenInMeeting')
    expect((await assembly.guest.client.call(recordingProgress, { params: on })).error?.code).toBe('forbiddenInMeeting')
    expect((await assembly.member.client.call(recordingProgress, { params: on })).body).toEqual({ done: 1 })
    for (const actor of [assembly.stranger, assembly.administrator]) expect((await file(actor, on)).error?.code).toBe('meetingNotFound')
    expect((await file(assembly.chair, { ...on, meetingId: other.meetingId })).error?.code).toBe('recordingNotFound')
    expect((await file(assembly.chair, { ...on, recordingId: randomUUID() })).error?.code).toBe('recordingNotFound')
    for (const actor of [assembly.member, assembly.guest]) {
      expect((await actor.client.call(deleteRecording, { params: on })).error?.code).toBe('forbiddenInMeeting')
    }
    expect((await assembly.chair.client.call(deleteRecording, { params: { ...on, meetingId: other.meetingId } })).error?.code).toBe('recordingNotFound')
    expect((await rowOf(on.recordingId))?.status).toBe('ready')
  }, 60_000)
})

describe('an item with a state secret', () => {
  const classified = () => ({ classified: true as const, minutes: 30, presenterId: null, purpose: 'decide' as const, key: freshKey() })
  const add = (meetingId: string, body: object) => assembly.clerk.client.call(addItem, { params: { meetingId }, body: body as ReturnType<typeof classified> })

  async function inPerson(): Promise<string> {
    const { meetingId } = await assembly.newMeeting('draft')
    await assembly.server.domains.meetings.change(meetingId, assembly.clerk.caller, { ...draft({ mode: 'inPerson' }), version: 1 })
    return meetingId
  }

  it('stands only in a meeting in person, without a title of its own, documents or changes', async () => {
    const hybrid = await assembly.newMeeting('draft')
    expect((await add(hybrid.meetingId, classified())).error?.code).toBe('classifiedNeedsInPerson')
    const meetingId = await inPerson()
    const { itemId } = (await add(meetingId, classified())).body
    const item = (await state(meetingId)).agenda.find((one) => one.itemId === itemId)
    expect(item?.classified).toBe(true)
    const { texts } = await assembly.server.journal.snapshot(meetingId, { personId: assembly.clerk.personId, office: true, items: 'all' }, meetingReducer)
    expect(texts[item?.title.$text ?? '']).toBe(CLASSIFIED_TITLE)
    expect(await assembly.server.db('agenda_item').where({ id: itemId }).first('classified')).toEqual({ classified: true })

    expect((await add(meetingId, { ...classified(), title: 'Tên thật' })).error?.code).toBe('badRequest')
    const upload = { params: { meetingId, itemId }, body: { uploadId: randomUUID(), key: freshKey() } }
    expect((await assembly.clerk.client.call(attachDocument, upload)).error?.code).toBe('classifiedItem')
    expect((await assembly.clerk.client.call(changeItem, { params: { meetingId, itemId }, body: { ...itemDraft('Tên thật'), version: 1 } })).error?.code).toBe('classifiedItem')
    await expect(assembly.server.domains.meetings.change(meetingId, assembly.clerk.caller, { ...draft({ mode: 'online' }), version: 2 }))
      .rejects.toMatchObject({ code: 'classifiedNeedsInPerson' })
  })

  it('and a recording exclude each other', async () => {
    const { meetings, agenda } = assembly.server.domains
    const withItem = await inPerson()
    await agenda.add(withItem, assembly.clerk.caller, classified())
    await meetings.publish(withItem, assembly.clerk.caller, REASON)
    await meetings.open(withItem, assembly.chair.caller, freshKey())
    await expect(start(withItem)).rejects.toMatchObject({ code: 'classifiedItem' })

    const without = await inPerson()
    await meetings.publish(without, assembly.clerk.caller, REASON)
    await meetings.open(without, assembly.chair.caller, freshKey())
    await start(without)
    expect((await add(without, { ...classified(), consent: CONSENT })).error?.code).toBe('recordingRuns')
    await stop(without)
    expect((await add(without, { ...classified(), consent: CONSENT })).status).toBe(200)
  }, 60_000)
})
