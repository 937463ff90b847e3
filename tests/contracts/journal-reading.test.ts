import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canSee, fold, type Audience, type EntryPage, type VisibleEntry, type Viewer } from '../../protocol/journal.ts'
import type { JournalTx, NewEntry } from '../../server/journal/journal.ts'
import { audited, exported, make, openArchive, until, type Archive, type Process } from '../support/journal.ts'
import { board } from '../support/board.ts'

let archive: Archive
let servers: [Process, Process]

beforeAll(async () => {
  archive = await openArchive()
  servers = [archive.start({ snapshotEvery: 5 }), archive.start({ snapshotEvery: 1_000 })]
})
afterAll(() => archive.close())

const everyone = { scope: 'meeting' } as const
const office = { scope: 'office' } as const
const people = Array.from({ length: 4 }, () => randomUUID())
const items = Array.from({ length: 3 }, () => randomUUID())

const itemId = fc.constantFrom(...items)
const audience: fc.Arbitrary<Audience> = fc.oneof(
  fc.constant(everyone), fc.constant(office),
  itemId.map((itemId) => ({ scope: 'item' as const, itemId })),
  fc.subarray(people).map((ids) => ({ scope: 'people' as const, ids })),
)
const viewer: fc.Arbitrary<Viewer> = fc.record({
  personId: fc.constantFrom(...people), office: fc.boolean(), items: fc.oneof(fc.constant('all' as const), fc.subarray(items)),
})

type Happening = (tx: JournalTx) => Promise<Omit<NewEntry, 'at'>>
/** Anything that may happen on the board. */
const happening = fc.oneof<fc.Arbitrary<Happening>[]>(
  fc.string().map((title) => async (tx) => ({ kind: 'board.opened', data: { title: await tx.text(title) }, audience: everyone })),
  fc.tuple(fc.constantFrom('topic.started', 'topic.ended'), itemId)
    .map(([kind, itemId]) => async () => ({ kind, data: { itemId }, audience: { scope: 'item', itemId } })),
  fc.tuple(itemId, fc.constantFrom(...people))
    .map(([itemId, personId]) => async () =>
      ({ kind: 'topic.spoke', data: { itemId, personId }, audience: { scope: 'item', itemId } })),
  audience.map((audience) => async (tx) => ({ kind: 'message.sent', data: { text: await tx.text('xin chào') }, audience })),
  fc.constant(async () => ({ kind: 'note.taken', data: {}, audience: office })),
)

async function happen(server: Process, meetingId: string, happenings: Happening[]): Promise<void> {
  await Promise.all(happenings.map((happening, index) => {
    const actorId = people[index % people.length] ?? null
    return server.journal.run(meetingId, { actorId }, async (tx) => { tx.append(await happening(tx)) })
  }))
}

/** What an auditor sees: the measure for everybody else. */
async function everything(meetingId: string): Promise<VisibleEntry[]> {
  const records = await exported(servers[0].journal, meetingId)
  return records.flatMap((record) => record.record === 'entry'
    ? [{ at: record.at, actorId: record.actorId, kind: record.kind, data: record.data, audience: record.audience }]
    : [])
}

describe('the law of reading', () => {
  it('holds: what a viewer folds from what they see is the projection of what is', async () => {
    await fc.assert(fc.asyncProperty(fc.array(happening, { maxLength: 25 }), viewer, async (happenings, viewer) => {
      const meetingId = await archive.meeting(servers[0])
      await happen(servers[0], meetingId, happenings)
      const page = await servers[1].journal.read(meetingId, viewer)
      const all = await everything(meetingId)
      expect(page.entries).toEqual(all.filter((entry) => canSee(entry.audience, viewer)))
      const projected = board.project(fold(board, all), viewer)
      expect(fold(board, page.entries)).toEqual(projected)
      for (const { journal } of servers) expect((await journal.snapshot(meetingId, viewer, board)).state).toEqual(projected)
    }), { numRuns: 40 })
  })

  it('holds for a client that is cut at any point and goes on, at any process, from its cursor or a snapshot', async () => {
    const step = fc.oneof(
      fc.record({ happenings: fc.array(happening, { minLength: 1, maxLength: 6 }), at: fc.nat(1) }),
      fc.record({ reads: fc.integer({ min: 1, max: 4 }), at: fc.nat(1), lost: fc.boolean() }),
    )
    const steps = fc.array(step, { maxLength: 20 })
    await fc.assert(fc.asyncProperty(steps, viewer, fc.boolean(), async (steps, viewer, fromSnapshot) => {
      const meetingId = await archive.meeting(servers[0])
      const start = fromSnapshot ? await servers[0].journal.snapshot(meetingId, viewer, board) : undefined
      let state = start?.state ?? board.initial()
      let cursor = start?.cursor
      const seen: VisibleEntry[] = []
      const take = ({ entries, cursor: next }: EntryPage) => {
        state = fold(board, entries, state)
        seen.push(...entries)
        cursor = next
      }
      for (const step of steps) {
        const server = servers[step.at === 0 ? 0 : 1]
        if ('happenings' in step) await happen(server, meetingId, step.happenings)
        else {
          const page = await server.journal.read(meetingId, viewer, cursor, step.reads)
          expect(page.entries.length).toBeLessThanOrEqual(step.reads)
          if (!step.lost) take(page) // the answer of a lost one never arrives: it is asked for again
        }
      }
      for (;;) {
        const page = await servers[1].journal.read(meetingId, viewer, cursor, 3)
        take(page)
        if (!page.entries.length) break
      }
      const all = await everything(meetingId)
      expect(seen).toEqual(all.filter((entry) => canSee(entry.audience, viewer)))
      expect(state).toEqual(board.project(fold(board, all), viewer))
    }), { numRuns: 40 })
  })
})

describe('a cursor', () => {
  const viewer: Viewer = { personId: people[0] ?? '', office: false, items: items.slice(0, 1) }

  it('goes on past what is hidden without telling', async () => {
    const meetingId = await archive.meeting(servers[0])
    const hidden: Happening = async () => ({ kind: 'note.taken', data: {}, audience: office })
    const first = await servers[0].journal.read(meetingId, viewer)
    await happen(servers[0], meetingId, Array.from({ length: 300 }, () => hidden))
    const second = await servers[0].journal.read(meetingId, viewer, first.cursor)
    const third = await servers[0].journal.read(meetingId, viewer, second.cursor)
    expect([first, second, third].map((page) => [page.entries, page.texts])).toEqual([[[], {}], [[], {}], [[], {}]])
    // Fresh each time and of one length, whether or not something happened in between.
    expect(new Set([first.cursor, second.cursor, third.cursor]).size).toBe(3)
    expect(new Set([first.cursor, second.cursor, third.cursor].map((cursor) => cursor.length)).size).toBe(1)
    await make(servers[0], meetingId, 'shown')
    expect((await servers[1].journal.read(meetingId, viewer, third.cursor)).entries).toHaveLength(1)
  })

  it('is worth nothing to another person, in another meeting, under other rights, or changed by one bit', async () => {
    const meetingId = await archive.meeting(servers[0])
    const elsewhere = await archive.meeting(servers[0])
    const { cursor } = await servers[0].journal.read(meetingId, viewer)
    const refused = (meeting: string, who: Viewer, token: string) =>
      expect(servers[1].journal.read(meeting, who, token)).rejects.toMatchObject({ code: 'invalidCursor' })
    await servers[1].journal.read(meetingId, { ...viewer }, cursor)
    await refused(elsewhere, viewer, cursor)
    await refused(meetingId, { ...viewer, personId: people[1] ?? '' }, cursor)
    await refused(meetingId, { ...viewer, office: true }, cursor)
    await refused(meetingId, { ...viewer, items: items.slice(0, 2) }, cursor)
    await refused(meetingId, { ...viewer, items: 'all' }, cursor)
    const bytes = Buffer.from(cursor, 'base64url')
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes)
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      await refused(meetingId, viewer, changed.toString('base64url'))
    }
    const malformed = ['', 'x', `${cursor}A`, cursor.slice(1), cursor.replace(/.$/, '='), 'Ω'.repeat(48)]
    for (const token of malformed) await refused(meetingId, viewer, token)
  })
})

describe('a state', () => {
  async function snapshots(meetingId: string): Promise<{ seq: string, state: string }[]> {
    return await archive.owner('journal_snapshot').where('meeting_id', meetingId)
  }
  const note: Happening = async () => ({ kind: 'note.taken', data: {}, audience: office })

  it('is kept every few entries, and read from there by another process', async () => {
    const writer = archive.start({ snapshotEvery: 5 })
    const meetingId = await archive.meeting(writer)
    await happen(writer, meetingId, Array.from({ length: 12 }, () => note))
    expect((await writer.journal.state(meetingId, board)).notes).toBe(12)
    await writer.journal.close()
    expect(await snapshots(meetingId)).toMatchObject([{ seq: '12' }])
    await happen(servers[0], meetingId, [note])

    let applied = 0
    const counting: typeof board = { ...board, apply: (state, entry) => { applied += 1; return board.apply(state, entry) } }
    expect((await archive.start().journal.state(meetingId, counting)).notes).toBe(13)
    expect(applied).toBe(1)
  })

  it('is folded once for all who come at once, and the entries of a burst of reconnecting clients are read once', async () => {
    const meetingId = await archive.meeting(servers[0])
    await happen(servers[0], meetingId, Array.from({ length: 50 }, () => note))
    const reader = archive.start({}, 2)
    await new Promise<void>((resolve) => { reader.journal.subscribe(meetingId, resolve) })
    const statements: string[] = []
    reader.db.on('query', ({ sql }: { sql: string }) => { statements.push(sql) })
    const clerk = { personId: people[0] ?? '', office: true, items: [] }
    await Promise.all(Array.from({ length: 200 }, async (_, index) => {
      if (index % 2) return expect((await reader.journal.snapshot(meetingId, clerk, board)).state.notes).toBe(50)
      expect((await reader.journal.read(meetingId, clerk)).entries).toHaveLength(50)
    }))
    expect(statements.filter((sql) => sql.includes('from "journal_entry" where'))).toHaveLength(1)
    expect(statements.filter((sql) => sql.includes('from "journal_snapshot"'))).toHaveLength(1)
  })

  it('is folded anew when its snapshot was touched, or its reducer has another version', async () => {
    const writer = archive.start({ snapshotEvery: 5 })
    const meetingId = await archive.meeting(writer)
    await happen(writer, meetingId, Array.from({ length: 10 }, () => note))
    await writer.journal.state(meetingId, board)
    await writer.journal.close()
    const apply = (state: ReturnType<typeof board.initial>) => ({ ...state, notes: state.notes + 2 })
    const twice = { ...board, version: board.version + 1, apply }
    expect((await archive.start().journal.state(meetingId, twice)).notes).toBe(20)

    const forged = JSON.stringify({ ...board.initial(), notes: 99 })
    await archive.owner('journal_snapshot').where('meeting_id', meetingId).update({ state: forged })
    const reader = archive.start()
    expect((await reader.journal.state(meetingId, board)).notes).toBe(10)
    expect(archive.warnings).toContain('a kept state was not made by this installation; it is made anew')
  })
})

describe('a text', () => {
  const viewer: Viewer = { personId: people[0] ?? '', office: false, items: [] }
  async function say(meetingId: string, body: string, audience: Audience = everyone): Promise<string> {
    return await servers[0].journal.run(meetingId, { actorId: null }, async (tx) => {
      const text = await tx.text(body)
      tx.append({ kind: 'message.sent', data: { text }, audience })
      return text.$text
    })
  }

  it('comes beside the entries and the state that show it, and to nobody else', async () => {
    const meetingId = await archive.meeting(servers[0])
    const shown = await say(meetingId, 'Kính thưa các đồng chí')
    const hidden = await say(meetingId, 'chỉ văn phòng', office)
    const page = await servers[1].journal.read(meetingId, viewer)
    expect(page.texts).toEqual({ [shown]: 'Kính thưa các đồng chí' })
    expect(JSON.stringify(page.entries)).not.toContain('Kính')
    expect((await servers[1].journal.snapshot(meetingId, viewer, board)).texts).toEqual(page.texts)
    const clerk = { ...viewer, office: true }
    expect((await servers[1].journal.read(meetingId, clerk)).texts).toEqual({ ...page.texts, [hidden]: 'chỉ văn phòng' })
  })

  it('of another meeting is not given, even to an entry that refers to it', async () => {
    const meetingId = await archive.meeting(servers[0])
    const elsewhere = await archive.meeting(servers[0])
    const text = await servers[0].journal.run(elsewhere, { actorId: null }, (tx) => tx.text('bí mật'))
    await servers[0].journal.run(meetingId, { actorId: null }, async (tx) => {
      tx.append({ kind: 'message.sent', data: { text }, audience: everyone })
    })
    expect((await servers[0].journal.read(meetingId, viewer)).texts).toEqual({ [text.$text]: null })
  })

  it('is read once for all viewers of one moment', async () => {
    const reader = archive.start()
    const meetingId = await archive.meeting(reader)
    reader.journal.subscribe(meetingId, () => {})
    await say(meetingId, 'một lần')
    await until(async () => (await reader.journal.read(meetingId, viewer)).entries.length > 0)
    const statements: string[] = []
    reader.db.on('query', ({ sql }: { sql: string }) => { statements.push(sql) })
    const viewers = Array.from({ length: 100 }, () => ({ ...viewer, personId: randomUUID() }))
    const pages = await Promise.all(viewers.map((one) => reader.journal.read(meetingId, one)))
    expect(pages.every((page) => Object.values(page.texts)[0] === 'một lần')).toBe(true)
    expect(statements).toHaveLength(1)
  })

  it('once erased is gone from the database, is recorded, and the journal still verifies', async () => {
    const meetingId = await archive.meeting(servers[0])
    const kept = await say(meetingId, 'giữ lại')
    const erased = await say(meetingId, 'xoá đi')
    const head = await servers[0].journal.signHead(meetingId)
    await servers[0].journal.run(meetingId, { actorId: people[1] ?? null }, (tx) => tx.eraseText(erased, everyone))
    const row = await archive.owner('journal_text').where('id', erased).first()
    expect(row).toMatchObject({ body: null, key: null, erased_at: expect.any(Date) })
    const page = await servers[1].journal.read(meetingId, viewer)
    expect(page.texts).toEqual({ [kept]: 'giữ lại', [erased]: null })
    expect(page.entries.at(-1)).toMatchObject({ kind: 'journal.textErased', actorId: people[1], data: { textId: erased } })
    const verdict = await audited(servers[1].journal, meetingId, [head])
    expect(verdict).toMatchObject({ findings: [], texts: 1, erasedTexts: 1, heads: 1 })
    expect(fold(board, page.entries)).toEqual((await servers[1].journal.snapshot(meetingId, viewer, board)).state)
  })

  it('is not erased twice, nor through another meeting, nor when its command fails', async () => {
    const meetingId = await archive.meeting(servers[0])
    const elsewhere = await archive.meeting(servers[0])
    const id = await say(meetingId, 'còn đây')
    const erase = (meeting: string, textId: string) =>
      servers[0].journal.run(meeting, { actorId: null }, (tx) => tx.eraseText(textId, everyone))
    await expect(erase(elsewhere, id)).rejects.toMatchObject({ code: 'notFound' })
    await expect(erase(meetingId, randomUUID())).rejects.toMatchObject({ code: 'notFound' })
    await expect(servers[0].journal.run(meetingId, { actorId: null }, async (tx) => {
      await tx.eraseText(id, everyone)
      throw new Error('kept after all')
    })).rejects.toThrow('kept after all')
    expect((await servers[0].journal.read(meetingId, viewer)).texts).toEqual({ [id]: 'còn đây' })
    await erase(meetingId, id)
    await expect(erase(meetingId, id)).rejects.toMatchObject({ code: 'notFound' })
  })
})
