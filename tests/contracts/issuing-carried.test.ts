import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Knex } from 'knex'
import { ownerKnex } from '../../server/platform/database.ts'
import { emptyDatabase, type FreshDatabase } from '../support/postgres.ts'

/** The register takes over what was numbered before it. */

const REGISTER = '202611300400_issuing.ts'
let database: FreshDatabase
let owner: Knex
beforeAll(async () => {
  database = await emptyDatabase()
  owner = ownerKnex(database.ownerUrl)
})
afterAll(async () => {
  await owner.destroy()
  await database.drop()
})

async function migrateBefore(name: string): Promise<void> {
  for (;;) {
    const [, [next]] = await owner.migrate.list() as [unknown, { file: string }[]]
    if (!next || next.file === name) return
    await owner.migrate.up()
  }
}

it('carries the numbers of published minutes and of invitations, which are never given again', async () => {
  await migrateBefore(REGISTER)
  const letterhead = { style: 'party', superior: 'Tỉnh uỷ', issuer: 'Ban Thường vụ', minutesSymbol: 'BB/TU', place: 'Bình Giang' }
  const [body, person] = [randomUUID(), randomUUID()]
  await owner('person').insert({ id: person, full_name: 'Lê Thị Thử', office: 'Thư ký' })
  await owner('body').insert({ id: body, name: 'Ban Thường vụ', rules: '{}', letterhead: JSON.stringify(letterhead) })

  async function meeting(): Promise<string> {
    const [id, title] = [randomUUID(), randomUUID()]
    await owner('journal_head').insert({ meeting_id: id, seq: 0, hash: Buffer.alloc(32) })
    await owner('journal_text').insert({ id: title, meeting_id: id, body: 'Hội nghị', key: Buffer.alloc(32) })
    await owner('meeting').insert({ id, body_id: body, title_text: title, place_text: title, mode: 'hybrid', starts_at: new Date(), planned_minutes: 60, creator_id: person })
    return id
  }
  const at = new Date('2026-06-08T01:00:00.000Z')
  for (const number of [12, 15]) {
    await owner('minutes').insert({
      meeting_id: await meeting(), body_id: body, status: 'published', version: 1, content: JSON.stringify({ abstract: `Biên bản ${number}`, blocks: [] }),
      saved_at: at, published_at: at, number, number_year: 2026, journal_head: 'a'.repeat(64), frame: JSON.stringify({ letterhead, clerk: null, chair: null }),
    })
  }
  const invited = await meeting()
  for (const [index, number] of [3, 4].entries()) {
    await owner('invitation').insert({
      id: randomUUID(), meeting_id: invited, body_id: body, number, number_year: 2026, issued_at: new Date(at.getTime() + index * 1000),
      paper: JSON.stringify({ letterhead, symbol: 'GM/TU', text: { abstract: 'Hội nghị' } }),
    })
  }
  await owner.migrate.latest()
  const series = await owner('number_series').orderBy('kind').select('kind', 'year', 'start', 'last')
  expect(series).toEqual([{ kind: 'invitation', year: 2026, start: 3, last: 4 }, { kind: 'minutes', year: 2026, start: 12, last: 15 }])
  const papers = await owner('issued_paper').orderBy(['kind', 'number']).select('kind', 'number', 'symbol', 'status', 'channel', 'meeting_id')
  expect(papers).toMatchObject([
    { kind: 'invitation', number: 3, symbol: 'GM/TU', status: 'replaced', meeting_id: invited }, { kind: 'invitation', number: 4, status: 'issued' },
    { kind: 'minutes', number: 12, symbol: 'BB/TU', status: 'issued', channel: 'electronic' }, { kind: 'minutes', number: 15 },
  ])
})
