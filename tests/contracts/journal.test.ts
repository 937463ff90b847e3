import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Reducer } from '../../protocol/journal.ts'
import type { JournalTx, NewEntry } from '../../server/journal/journal.ts'
import { audited, change, exported, labels, make, openArchive, type Archive, type Process } from '../support/journal.ts'

let archive: Archive
let server: Process

beforeAll(async () => {
  archive = await openArchive()
  server = archive.start()
})
afterAll(() => archive.close())

const everyone = { scope: 'meeting' } as const

async function changes(meetingId: string): Promise<number> {
  return (await server.db('change').where('meeting_id', meetingId)).length
}

describe('a command', () => {
  it('makes its change and its entry together', async () => {
    const meetingId = await archive.meeting(server)
    const actorId = randomUUID()
    const { id } = await make(server, meetingId, 'first', { actorId })
    const [header, entry, end] = await exported(server.journal, meetingId)
    expect(header).toMatchObject({ record: 'journal', meetingId })
    expect(entry).toMatchObject({ record: 'entry', seq: 1, actorId, kind: 'change.made', audience: everyone })
    expect(entry).toMatchObject({ data: { id, label: 'first' } })
    expect(end).toMatchObject({ record: 'end', entries: 1 })
    expect(await changes(meetingId)).toBe(1)
  })

  it('that fails leaves neither, and has its own error while the others of its batch go on', async () => {
    const meetingId = await archive.meeting(server)
    const twice = randomUUID()
    const outcomes = await Promise.allSettled([
      make(server, meetingId, 'a'),
      server.journal.run(meetingId, { actorId: null }, async (tx) => {
        await change('lost')(tx)
        throw new Error('no such thing')
      }),
      server.journal.run(meetingId, { actorId: null }, change('b', twice)),
      server.journal.run(meetingId, { actorId: null }, change('doubled', twice)),
      make(server, meetingId, 'c'),
    ])
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'])
    expect(outcomes[1]).toMatchObject({ reason: { message: 'no such thing' } })
    expect(outcomes[3]).toMatchObject({ reason: { code: '23505' } })
    expect(await labels(server.journal, meetingId)).toEqual(['a', 'b', 'c'])
    expect(await changes(meetingId)).toBe(3)
    expect((await audited(server.journal, meetingId)).findings).toEqual([])
  })

  it('that breaks the commit of its batch fails alone', async () => {
    const meetingId = await archive.meeting(server)
    const orphan = server.journal.run(meetingId, { actorId: null }, async (tx) => {
      await tx.trx('change').insert({ id: randomUUID(), meeting_id: meetingId, parent_id: randomUUID() })
    })
    const outcomes = await Promise.allSettled([make(server, meetingId, 'a'), orphan, make(server, meetingId, 'b')])
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(outcomes[1]).toMatchObject({ reason: { code: '23503' } })
    expect(await labels(server.journal, meetingId)).toEqual(['a', 'b'])
    expect(await changes(meetingId)).toBe(2)
  })

  it('that hangs does not hold the meeting for ever', async () => {
    const impatient = archive.start({ commandLimitMs: 200 })
    const meetingId = await archive.meeting(impatient)
    let late: JournalTx | undefined
    const outcomes = await Promise.allSettled([
      impatient.journal.run(meetingId, { actorId: null }, async (tx) => {
        late = tx
        await change('hung')(tx)
        await new Promise(() => {})
      }),
      impatient.journal.run(meetingId, { actorId: null }, (tx) => tx.trx.raw('SELECT pg_sleep(30)')),
      make(impatient, meetingId, 'next'),
    ])
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected', 'fulfilled'])
    for (const outcome of outcomes.slice(0, 2)) expect(outcome).toMatchObject({ reason: { code: 'databaseUnavailable' } })
    expect(await labels(impatient.journal, meetingId)).toEqual(['next'])
    expect(() => late?.append({ kind: 'change.made', data: {}, audience: everyone })).toThrow(/had ended/)
  })

  it('is refused for a meeting that has no journal', async () => {
    await expect(make(server, randomUUID(), 'nowhere')).rejects.toMatchObject({ code: 'meetingNotFound' })
    await expect(server.journal.read(randomUUID(), { personId: randomUUID(), office: true, items: 'all' })).rejects
      .toMatchObject({ code: 'meetingNotFound' })
    await expect(server.journal.signHead(randomUUID())).rejects.toMatchObject({ code: 'meetingNotFound' })
    await expect(exported(server.journal, randomUUID())).rejects.toMatchObject({ code: 'meetingNotFound' })
  })

  it('waits for no connection that auditors hold: two exports at a time, and no more', async () => {
    const meetingId = await archive.meeting(server)
    const [one, two] = [await server.journal.export(meetingId), await server.journal.export(meetingId)]
    await expect(server.journal.export(meetingId)).rejects.toMatchObject({ code: 'tooManyRequests', details: { retryAfterSeconds: 30 } })
    for await (const piece of one) if (piece) break // given up after the first piece
    expect(await exported(server.journal, meetingId)).toHaveLength(2)
    for await (const piece of two) expect(piece).toBeTruthy()
  })

  it('sees what it and those before it have written, however often it asks', async () => {
    const meetingId = await archive.meeting(server)
    let applied = 0
    const counting: Reducer<number> = {
      name: 'counting', version: 1, initial: () => 0, project: (count) => count,
      apply(count) {
        applied += 1
        return count + 1
      },
    }
    await make(server, meetingId, 'before')
    await server.journal.run(meetingId, { actorId: null }, async (tx) => {
      for (let count = 1; count <= 50; count += 1) {
        expect(await tx.state(counting)).toBe(count)
        tx.append({ kind: 'change.made', data: { count }, audience: everyone })
      }
    })
    expect(applied).toBeLessThanOrEqual(51)
  })

  it('is refused once the journal is closed, and what was accepted is finished first', async () => {
    const closing = archive.start()
    const meetingId = await archive.meeting(closing)
    const accepted = [make(closing, meetingId, 'a'), make(closing, meetingId, 'b')]
    await closing.journal.close()
    await expect(make(closing, meetingId, 'c')).rejects.toMatchObject({ code: 'databaseUnavailable' })
    await Promise.all(accepted)
    expect(await labels(server.journal, meetingId)).toEqual(['a', 'b'])
  })

  it('waits in a bounded queue', async () => {
    const narrow = archive.start({ queueSize: 10, batchSize: 5 })
    const meetingId = await archive.meeting(narrow)
    const outcomes = await Promise.allSettled(Array.from({ length: 30 }, (_, index) => make(narrow, meetingId, `${index}`)))
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
    expect(refused).toHaveLength(20)
    for (const outcome of refused) expect(outcome).toMatchObject({ reason: { code: 'tooManyRequests' } })
  })
})

it('starts a journal with its first entries in the transaction that makes the meeting, or not at all', async () => {
  const meetingId = randomUUID()
  const attempt = server.db.transaction(async (trx) => {
    await server.journal.create(meetingId, trx, { actorId: null }, change('first'))
    throw new Error('changed my mind')
  })
  await expect(attempt).rejects.toThrow('changed my mind')
  await expect(make(server, meetingId, 'x')).rejects.toMatchObject({ code: 'meetingNotFound' })

  await server.db.transaction((trx) => server.journal.create(meetingId, trx, { actorId: null }, change('first')))
  await make(server, meetingId, 'second')
  expect(await labels(server.journal, meetingId)).toEqual(['first', 'second'])
  expect((await audited(server.journal, meetingId)).findings).toEqual([])
})

it('writes a burst in few transactions, whatever else is busy', async () => {
  const busy = archive.start()
  const meetingIds = [await archive.meeting(busy), await archive.meeting(busy)]
  const statements: string[] = []
  busy.db.on('query', ({ sql }: { sql: string }) => statements.push(sql))
  const hundred = Array.from({ length: 100 }, (_, index) => `${index}`)
  await Promise.all(meetingIds.flatMap((meetingId) => hundred.map((label) => make(busy, meetingId, label))))
  expect(statements.filter((sql) => sql === 'COMMIT;')).toHaveLength(2 * Math.ceil(100 / 60))
  expect(statements.filter((sql) => sql.includes('INSERT INTO journal_entry'))).toHaveLength(2 * Math.ceil(100 / 60))
  for (const meetingId of meetingIds) {
    expect(await labels(busy.journal, meetingId)).toEqual(hundred)
  }
})

describe('an idempotency key', () => {
  it('carries a command out once, also for repeats in one batch and by another process', async () => {
    const meetingId = await archive.meeting(server)
    const other = archive.start()
    const options = { actorId: randomUUID(), key: 'press-of-a-button' }
    const [first, ...repeats] = await Promise.all([
      make(server, meetingId, 'x', options), make(server, meetingId, 'x', options), make(other, meetingId, 'x', options),
    ])
    repeats.push(await make(other, meetingId, 'x', options))
    for (const repeat of repeats) expect(repeat).toEqual(first)
    expect(await labels(server.journal, meetingId)).toEqual(['x'])
  })

  it('is refused for another command, and belongs to one actor and one meeting', async () => {
    const meetingId = await archive.meeting(server)
    const elsewhere = await archive.meeting(server)
    const options = { actorId: randomUUID(), key: 'k' }
    await make(server, meetingId, 'x', options)
    await expect(make(server, meetingId, 'y', options)).rejects.toMatchObject({ code: 'idempotencyKeyReused' })
    await make(server, meetingId, 'y', { ...options, actorId: randomUUID() })
    await make(server, meetingId, 'z', { ...options, actorId: null })
    await expect(make(server, meetingId, 'w', { ...options, actorId: null })).rejects
      .toMatchObject({ code: 'idempotencyKeyReused' })
    await make(server, elsewhere, 'y', options)
    expect(await labels(server.journal, meetingId)).toEqual(['x', 'y', 'z'])
  })

  it('is free again when the command failed', async () => {
    const meetingId = await archive.meeting(server)
    const options = { actorId: randomUUID(), key: 'k', fingerprint: { label: 'x' } }
    await expect(server.journal.run(meetingId, options, async () => { throw new Error('not yet') })).rejects.toThrow('not yet')
    await make(server, meetingId, 'x', options)
    expect(await labels(server.journal, meetingId)).toEqual(['x'])
  })

  it('keeps a result of nothing, and refuses one that could not be answered alike', async () => {
    const meetingId = await archive.meeting(server)
    const options = { actorId: null, key: 'nothing' }
    expect(await server.journal.run(meetingId, options, async () => {})).toBeNull()
    expect(await server.journal.run(meetingId, options, async () => { throw new Error('run twice') })).toBeNull()
    await expect(server.journal.run(meetingId, { actorId: null, key: 'date' }, async () => ({ at: new Date() })))
      .rejects.toMatchObject({ code: 'entryInvalid', details: { path: '$.at', reason: 'notPlainObject' } })
  })

  it('is forgotten after its time', async () => {
    const meetingId = await archive.meeting(server)
    await make(server, meetingId, 'x', { key: 'k' })
    expect(await server.journal.forgetKeys(new Date(0))).toBe(0)
    expect(await server.journal.forgetKeys(new Date(Date.now() + 60_000))).toBeGreaterThan(0)
    await make(server, meetingId, 'x', { key: 'k' })
    expect(await labels(server.journal, meetingId)).toEqual(['x', 'x'])
  })
})

describe('what cannot be kept exactly', () => {
  const refused: [string, Partial<NewEntry>, string][] = [
    ['NaN', { data: { n: NaN } }, 'numberNotFinite'],
    ['infinity', { data: { n: [1, Infinity] } }, 'numberNotFinite'],
    ['NUL', { data: { text: 'a\0b' } }, 'containsNul'],
    ['NUL in a name', { data: { 'a\0b': 1 } }, 'containsNul'],
    ['half a surrogate pair', { data: { text: '\ud83d' } }, 'loneSurrogate'],
    ['a date', { data: { at: new Date() } }, 'notPlainObject'],
    ['a big integer', { data: { n: 1n } }, 'notJson'],
    ['a function', { data: { f: () => 1 } }, 'notJson'],
    ['undefined in a list', { data: { list: [undefined] } }, 'notJson'],
    ['a list', { data: [1] }, 'notPlainObject'],
    ['a prototype', { data: JSON.parse('{"__proto__":{"office":true}}') }, 'nameRefused'],
    ['depth', { data: Array.from({ length: 40 }).reduce<object>((inner) => ({ inner }), {}) }, 'tooDeep'],
    ['size', { data: { text: 'x'.repeat(1_100_000) } }, 'tooLarge'],
    ['a text reference with more in it', { data: { $text: randomUUID(), mac: 'ab', name: 'An' } }, 'notATextReference'],
    ['a kind without a domain', { kind: 'opened' }, 'notAKind'],
    ['a kind of the journal itself', { kind: 'journal.textErased' }, 'reserved'],
    ['an instant that is none', { at: new Date(NaN) }, 'notAnInstant'],
    ['an audience for an item without id', { audience: { scope: 'item', itemId: '' } }, 'notAnAudience'],
  ]
  it.each(refused)('is refused: %s', async (_, entry, reason) => {
    const meetingId = await archive.meeting(server)
    const attempt = server.journal.run(meetingId, { actorId: null }, async (tx) => {
      tx.append({ kind: 'change.made', data: {}, audience: everyone, ...entry })
    })
    await expect(attempt).rejects.toMatchObject({ code: 'entryInvalid', details: { reason } })
    expect((await audited(server.journal, meetingId)).entries).toBe(0)
  })

  it('refuses a text with NUL and an actor that is no id', async () => {
    const meetingId = await archive.meeting(server)
    const invalid = { code: 'entryInvalid' }
    await expect(server.journal.run(meetingId, { actorId: null }, (tx) => tx.text('a\0'))).rejects.toMatchObject(invalid)
    for (const actorId of ['somebody', randomUUID().toUpperCase()]) {
      await expect(make(server, meetingId, 'x', { actorId })).rejects.toMatchObject(invalid)
    }
  })
})

it('gives back whatever JSON it takes with the hash that it was written with', async () => {
  const meetingId = await archive.meeting(server)
  const data = fc.dictionary(
    fc.string({ unit: 'grapheme' }).filter((name) => name !== '__proto__'),
    fc.oneof(fc.jsonValue({ noUnicodeString: false }), fc.double({ noNaN: true, noDefaultInfinity: true })),
    { noNullPrototype: true },
  )
  const instant = fc.date({ min: new Date('1970-01-01'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
  const kept: unknown[] = []
  await fc.assert(fc.asyncProperty(fc.array(fc.tuple(data, instant), { minLength: 1, maxLength: 3 }), async (entries) => {
    try {
      await server.journal.run(meetingId, { actorId: null }, async (tx) => {
        for (const [data, at] of entries) tx.append({ kind: 'change.made', data, audience: everyone, at })
      })
      // JSON has no negative zero.
      kept.push(...entries.map(([data, at]) => ({ data: JSON.parse(JSON.stringify(data)), at: at.toISOString() })))
    } catch (error) {
      expect(error).toMatchObject({ code: 'entryInvalid' })
    }
  }), { numRuns: 50 })
  const verdict = await audited(server.journal, meetingId)
  expect(verdict.findings).toEqual([])
  expect(verdict.entries).toBe(kept.length)
  const read = (await exported(server.journal, meetingId)).filter((record) => record.record === 'entry')
  expect(read.map(({ data, at }) => ({ data, at }))).toEqual(kept)
})

it('keeps the moment that a command names, and lets an entry be back-dated', async () => {
  const meetingId = await archive.meeting(server)
  const at = new Date('2026-11-24T08:00:00.123Z')
  const cut = new Date('2026-11-24T07:58:30.001Z')
  await server.journal.run(meetingId, { actorId: null, at }, async (tx) => {
    expect(tx.at).toEqual(at)
    tx.append({ kind: 'change.made', data: {}, audience: everyone })
    tx.append({ kind: 'change.made', data: {}, audience: everyone, at: cut })
  })
  const { entries } = await server.journal.read(meetingId, { personId: randomUUID(), office: false, items: [] })
  expect(entries.map((entry) => entry.at)).toEqual([at.toISOString(), cut.toISOString()])
})
