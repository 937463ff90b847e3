import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { audited, change, labels, make, openArchive, until, type Archive, type Process } from '../support/journal.ts'

let archive: Archive
let processes: [Process, Process, Process]

beforeAll(async () => {
  archive = await openArchive()
  processes = [archive.start({ batchSize: 1 }), archive.start({ batchSize: 3 }), archive.start()]
})
afterAll(() => archive.close())

/** One thing that one of three processes is asked to do, after some turns of its event loop. */
const act = fc.record({
  at: fc.integer({ min: 0, max: 2 }),
  turns: fc.integer({ min: 0, max: 4 }),
  fails: fc.boolean(),
  /** Sent once more, to that process, as a client does that got no answer. */
  repeatedAt: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }),
})

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => { setImmediate(resolve) })
}

function processAt(index: number): Process {
  const process = processes[index]
  if (!process) throw new RangeError()
  return process
}

describe('several processes', () => {
  it('write one gapless chain, whatever the interleaving, the failures and the repeats', async () => {
    await fc.assert(fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 40 }), async (acts) => {
      const meetingId = await archive.meeting(processes[0])
      const send = async (index: number, { turns: wait, fails }: typeof acts[number], at: number) => {
        await turns(wait)
        const options = { actorId: null, key: `act-${index}`, fingerprint: index }
        return await processAt(at).journal.run(meetingId, options, async (tx) => {
          const { id } = await change(`${index}`)(tx)
          if (fails) throw new Error(`act ${index}`)
          return id
        })
      }
      const answers = await Promise.all(acts.map((one, index) => Promise.allSettled([
        send(index, one, one.at), ...one.repeatedAt === undefined ? [] : [send(index, one, one.repeatedAt)],
      ])))

      const verdict = await audited(processes[0].journal, meetingId)
      expect(verdict.findings).toEqual([])
      const done = acts.flatMap(({ fails }, index) => fails ? [] : [`${index}`])
      expect((await labels(processes[1].journal, meetingId)).toSorted()).toEqual(done.toSorted())
      expect(await processes[0].db('change').where('meeting_id', meetingId)).toHaveLength(done.length)
      answers.forEach((sent, index) => {
        for (const answer of sent) {
          if (acts[index]?.fails) expect(answer).toMatchObject({ status: 'rejected', reason: { message: `act ${index}` } })
          else expect(answer).toEqual(sent[0])
        }
      })
    }), { numRuns: 40 })
  })

  it('keep the order in which one of them was asked', async () => {
    const meetingId = await archive.meeting(processes[0])
    const asked = processes.map((_, at) => Array.from({ length: 20 }, (_, index) => `${at}-${index}`))
    await Promise.all(asked.flatMap((own, at) => own.map((label) => make(processAt(at), meetingId, label))))
    const order = await labels(processes[0].journal, meetingId)
    for (const own of asked) expect(order.filter((label) => own.includes(String(label)))).toEqual(own)
  })

  it('decide on the state with all that was written before, also earlier in their own batch', async () => {
    const meetingId = await archive.meeting(processes[0])
    const count = { name: 'count', version: 1, initial: () => 0, apply: (sum: number) => sum + 1, project: (sum: number) => sum }
    const places = 7
    const take = (process: Process, index: number) => process.journal.run(meetingId, { actorId: null }, async (tx) => {
      if (await tx.state(count) >= places) throw new Error('full')
      await change(`${index}`)(tx)
      return await tx.state(count)
    })
    const outcomes = await Promise.allSettled(Array.from({ length: 30 }, (_, index) => take(processAt(index % 3), index)))
    const taken = outcomes.flatMap((outcome) => outcome.status === 'fulfilled' ? [outcome.value] : [])
    expect(taken.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(await processes[0].journal.state(meetingId, count)).toBe(places)
  })
})

describe('a connection that dies', () => {
  async function killedWhile(step: 'running' | 'deciding'): Promise<void> {
    const server = archive.start()
    const meetingId = await archive.meeting(server)
    const options = (index: number) => ({ actorId: null, key: `key-${step}-${index}`, fingerprint: index })
    const command = (index: number, dies: boolean) => server.journal.run(meetingId, options(index), async (tx) => {
      const answer = await change(`${index}`)(tx)
      if (!dies) return answer
      const killed = () => until(async () => await archive.kill(`^SELECT pg_sleep.*${step}`) === 1)
      if (step === 'running') await Promise.all([tx.trx.raw(`SELECT pg_sleep(10) AS ${step}`), killed()])
      else await tx.trx.raw(`SELECT pg_sleep(0) AS ${step}`).then(killed)
      return answer
    })
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, (_, index) => command(index, index === 4)))
    for (const outcome of outcomes) expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'databaseUnavailable' } })
    expect(await labels(server.journal, meetingId)).toEqual([])
    expect(await server.db('change').where('meeting_id', meetingId)).toEqual([])

    const ids = (await Promise.all(Array.from({ length: 10 }, (_, index) => command(index, false)))).map(({ id }) => id)
    expect(await labels(server.journal, meetingId)).toEqual(Array.from({ length: 10 }, (_, index) => `${index}`))
    expect((await server.db('change').where('meeting_id', meetingId).pluck('id')).toSorted()).toEqual(ids.toSorted())
    expect((await audited(server.journal, meetingId)).findings).toEqual([])
  }

  it('during a statement takes its batch with it, and every command can be sent again', () => killedWhile('running'))
  it('between two statements takes its batch with it, and every command can be sent again', () => killedWhile('deciding'))

  it('loses nothing that was acknowledged, at whatever moment it is killed', async () => {
    const server = archive.start({ batchSize: 4 })
    const meetingId = await archive.meeting(server)
    const acknowledged = new Map<string, string>()
    let running = true
    let killed = 0
    const killing = (async () => {
      while (running) killed += await archive.kill('SAVEPOINT|COMMIT|journal_head|insert into')
    })()
    // Each client sends its command until it is acknowledged, with one key.
    await Promise.all(Array.from({ length: 60 }, async (_, index) => {
      await turns(index)
      for (;;) {
        try {
          const { id } = await make(server, meetingId, `${index}`, { key: `client-${index}` })
          return acknowledged.set(`${index}`, id)
        } catch (error) {
          expect(error).toMatchObject({ code: 'databaseUnavailable' })
        }
      }
    }))
    running = false
    await killing
    expect(killed).toBeGreaterThan(0)
    const written = await server.journal.read(meetingId, { personId: randomUUID(), office: true, items: 'all' })
    expect(new Map(written.entries.map(({ data }) => [data.label, data.id]))).toEqual(acknowledged)
    expect(written.entries).toHaveLength(60)
    expect((await audited(server.journal, meetingId)).findings).toEqual([])
  })
})

describe('followers', () => {
  it('hear of commits of other processes by notification', async () => {
    const writer = archive.start()
    const reader = archive.start({ timing: { notifyMs: 5, pollMs: 3_600_000 } })
    const meetingId = await archive.meeting(writer)
    let calls = 0
    const end = reader.journal.subscribe(meetingId, () => { calls += 1 })
    await until(() => calls === 1) // the first look
    await make(writer, meetingId, 'a')
    await until(() => calls === 2)
    expect(await labels(reader.journal, meetingId)).toEqual(['a'])
    end()
    await make(writer, meetingId, 'b')
    // A second follower hears of `b`, the first one no more.
    let others = 0
    reader.journal.subscribe(meetingId, () => { others += 1 })
    await until(() => others > 0)
    expect(await labels(reader.journal, meetingId)).toEqual(['a', 'b'])
    expect(calls).toBe(2)
  })

  it('find out by polling what no notification told', async () => {
    const silent = archive.start({ timing: { notifyMs: 3_600_000, pollMs: 3_600_000 } })
    const reader = archive.start({ timing: { notifyMs: 5, pollMs: 30 } })
    const meetingId = await archive.meeting(silent)
    let calls = 0
    reader.journal.subscribe(meetingId, () => { calls += 1 })
    await until(() => calls === 1)
    await make(silent, meetingId, 'a')
    await until(() => calls === 2)
    expect(await labels(reader.journal, meetingId)).toEqual(['a'])
  })

  it('hear again after the listening connection was killed', async () => {
    const writer = archive.start()
    const reader = archive.start({ timing: { notifyMs: 5, pollMs: 3_600_000 } })
    const meetingId = await archive.meeting(writer)
    let calls = 0
    reader.journal.subscribe(meetingId, () => { calls += 1 })
    await until(() => calls === 1)
    await until(async () => await archive.kill('^LISTEN') > 0)
    await make(writer, meetingId, 'a')
    await until(() => calls === 2)
    await make(writer, meetingId, 'b')
    await until(() => calls === 3)
    expect(await labels(reader.journal, meetingId)).toEqual(['a', 'b'])
  })

  it('of their own process hear before the command is answered, and one that throws harms nobody', async () => {
    const server = archive.start()
    const meetingId = await archive.meeting(server)
    let calls = 0
    server.journal.subscribe(meetingId, () => { throw new Error('broken follower') })
    server.journal.subscribe(meetingId, () => { calls += 1 })
    await until(() => calls > 0)
    const before = calls
    await make(server, meetingId, 'a')
    expect(calls).toBe(before + 1)
    expect(archive.warnings).toContain('a follower of the journal failed')
  })
})
