import { spawn } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listBodies, listMembers } from '../protocol/bodies.ts'
import { issueResetCode, listAccounts } from '../protocol/accounts.ts'
import { getMe, redeemResetCode } from '../protocol/identity.ts'
import { createMeeting } from '../protocol/convening.ts'
import { createClient, type Client } from '../tests/support/client.ts'
import { person } from '../tests/support/people.ts'
import { startTestServer, type TestServer } from '../tests/support/server.ts'
import { describeFailure, runOperator } from './operator.ts'
import { startEmbeddedPostgres, withClient } from './platform/embedded-postgres.ts'

/** The operator's commands, beside a running server. */

const root = path.resolve(import.meta.dirname, '..')
const EXAMPLE = path.join(root, 'docs/examples/organisation.json')
const PASSWORD = 'Mật khẩu đầu tiên 1'
let server: TestServer
let folder: string

beforeAll(async () => {
  server = await startTestServer()
  folder = await mkdtemp(path.join(os.tmpdir(), 'nghi-su-operator-'))
  await chmod(folder, 0o755)
})
afterAll(async () => {
  await server.stop()
  await rm(folder, { recursive: true, force: true })
})

interface Outcome { status: number | null, output: string }

function run(args: string[], env: NodeJS.ProcessEnv): Promise<Outcome> {
  return runOperator(args, env).then((text) => ({ status: 0, output: `${text}\n` }), (error: unknown) => ({ status: 1, output: describeFailure(error) }))
}

function environment(): NodeJS.ProcessEnv {
  const { database } = server.config
  if (database.kind !== 'external') throw new Error('tests have a database of their own')
  return { DATABASE_URL: database.url, DATABASE_OWNER_URL: server.ownerUrl, SESSION_SECRET: 'x'.repeat(32), INIT_CWD: root }
}

const operator = (...args: string[]) => run(args, environment())

/** As `npm run operator` does it. */
function program(args: string[]): Promise<Outcome> {
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment() }
  const child = spawn(process.execPath, [path.join(root, 'setup/operator.mjs'), ...args], { env, cwd: root })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => { output += text })
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, output })))
}

async function redeem(username: string, output: string): Promise<Client> {
  const client = createClient(server.origin)
  const code = /: ([A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4})\n/.exec(output)?.[1] ?? ''
  const { body, error } = await client.call(redeemResetCode, { body: { username, code, next: PASSWORD } })
  if (error) throw new Error(error.code)
  client.remember(body)
  return client
}

async function written(value: unknown): Promise<string> {
  const file = path.join(folder, 'file.json')
  await writeFile(file, typeof value === 'string' ? value : JSON.stringify(value))
  return file
}

/** Who did what to whom or what; everything in these tables, so that nothing can change unseen. */
async function everything() {
  const tables = ['person', 'account', 'body', 'membership', 'audit_entry', 'reset_code']
  return await Promise.all(tables.map((table) => server.db(table).orderBy(table === 'account' || table === 'reset_code' ? 'person_id' : 'id')))
}

async function audit(username: string): Promise<string[]> {
  const { rows } = await server.db.raw<{ rows: { action: string, actor_id: string | null }[] }>(`
    SELECT action, actor_id FROM audit_entry JOIN account ON person_id = subject_id WHERE username = ? ORDER BY id`, [username])
  return rows.map(({ action, actor_id }) => actor_id ? action : `${action} by the installation`)
}

describe('administrator', () => {
  it('makes one who signs in with the printed code, within a day', async () => {
    const { status, output } = await program(['administrator', 'Quan.Tri', 'Đới Phương Thảo', 'Quản trị hệ thống'])
    expect({ status, output }).toMatchObject({ status: 0, output: expect.stringContaining('The account quan.tri (Đới Phương Thảo) is made') })
    const until = Date.parse(/until (\S+):/.exec(output)?.[1] ?? '') - Date.now()
    expect(until).toBeGreaterThan(23.9 * 3600_000)
    expect(until).toBeLessThanOrEqual(24 * 3600_000)
    const client = await redeem('quan.tri', output)
    expect((await client.call(getMe)).body).toMatchObject({ administrator: true, person: { office: 'Quản trị hệ thống' } })
    expect((await audit('quan.tri')).slice(0, 2)).toEqual(['account.created by the installation', 'resetCode.issued by the installation'])
  })

  it('promotes an account that is there, and enables it, with its person as it was', async () => {
    const { personId } = await person(server, 'promoted')
    await server.db('account').where({ person_id: personId }).update({ disabled_at: new Date() })
    const { output } = await operator('administrator', 'promoted')
    expect(output).toContain('The account promoted (Lê Thị Thử) has administrator rights now')
    expect((await (await redeem('promoted', output)).call(listAccounts)).status).toBe(200)
    expect((await audit('promoted')).slice(1, 4)).toEqual(
      ['account.promoted', 'account.enabled', 'resetCode.issued'].map((action) => `${action} by the installation`))
    expect((await operator('administrator', 'promoted')).output).toContain('had administrator rights')
  })

  it.each([
    [['administrator', 'missing'], 'Nobody is named missing.'],
    [['administrator', 'ổn', 'Tên', 'Chức vụ'], 'username:'],
    [['administrator', 'fine', '', 'Chức vụ'], 'fullName:'],
    [['administrator'], 'There is no such command.'],
    [['organisation', 'nowhere.json'], 'nowhere.json cannot be read as JSON: ENOENT'],
    [['organisation', 'a.json', '--force'], 'There is no such command.'],
  ])('says of %j what is wrong, and changes nothing', async (args, message) => {
    const before = await everything()
    const { status, output } = await operator(...args)
    expect(status).toBe(1)
    expect(output).toContain(message)
    expect(output).not.toContain('    at ')
    expect(await everything()).toEqual(before)
  })
})

describe('organisation', () => {
  it('of a file that cannot be read ends the program with status 1 and no stack', async () => {
    const { status, output } = await program(['organisation', 'nowhere.json'])
    expect(status).toBe(1)
    expect(output).toMatch(/nowhere\.json cannot be read as JSON: ENOENT[^]*organisation\.json shows the form\.\n$/)
  })

  it('checked, tells what it would do and changes nothing', async () => {
    const before = await everything()
    const { status, output } = await operator('organisation', EXAMPLE, '--check')
    expect(status).toBe(0)
    expect(output).toContain('people[0] duong.hien: added')
    expect(output).toContain('Checked: 15 would be added; nothing was changed.')
    expect(await everything()).toEqual(before)
  })

  it('adds people and bodies with their audit entries, and a second time nothing', async () => {
    const first = await operator('organisation', EXAMPLE)
    expect(first.output).toContain('15 added, 0 left as they were.')
    expect(await audit('uyen.doan')).toEqual(['account.created by the installation', 'membership.began by the installation'])
    const founded = await server.db('audit_entry').where({ action: 'body.founded' })
    expect(founded).toMatchObject([{ subject_id: null, body_id: expect.any(String) }])
    const before = await everything()
    const again = await operator('organisation', EXAMPLE)
    expect(again).toMatchObject({ status: 0, output: expect.stringContaining('0 added, 15 left as they were.') })
    expect(await everything()).toEqual(before)
  })

  it('leaves what is there as it is, adds what is new, and says both', async () => {
    const file = JSON.parse(await readFile(EXAMPLE, 'utf8'))
    file.people[1].office = 'Chức vụ khác'
    file.people[6].kind = 'person'
    file.bodies[0].rules.quorum.strict = true
    file.bodies[0].members[2].voting = false
    file.people.push({ username: 'moi.den', fullName: 'Ông Mới Đến', office: 'Giám đốc Sở Xây dựng' })
    file.bodies[0].members.push({ username: 'moi.den', role: 'member', office: 'Uỷ viên', voting: true })
    const { output } = await operator('organisation', await written(file))
    for (const place of ['people[1] manh.tuong', 'people[6] dc.tanha', 'bodies[0] Uỷ ban nhân dân tỉnh Lâm Hà', 'bodies[0].members[2] khue.ninh']) {
      expect(output).toContain(`${place}: is there already, and otherwise than in the file`)
    }
    expect(output).toContain('2 added, 15 left as they were.')
    expect(await server.db('membership').where({ voting: false })).toHaveLength(2)
  })

  it('lets an administrator give codes, a clerk of the body sign in and draft a meeting', async () => {
    const administrator = createClient(server.origin)
    await administrator.signIn('quan.tri', PASSWORD)
    const { body: { accounts } } = await administrator.call(listAccounts)
    const clerk = accounts.find(({ username }) => username === 'thai.cu')
    const { body: { code } } = await administrator.call(issueResetCode, { params: { personId: clerk?.person.id ?? '' } })
    const client = await redeem('thai.cu', `: ${code}\n`)
    const { body: { bodies: [body] } } = await client.call(listBodies)
    expect(body).toMatchObject({ name: 'Uỷ ban nhân dân tỉnh Lâm Hà', role: 'clerk' })
    const { body: { members } } = await client.call(listMembers, { params: { bodyId: body?.id ?? '' } })
    expect(members.map(({ rank, role }) => [rank, role]).slice(0, 2)).toEqual([[1, 'chair'], [2, 'member']])
    expect(members.filter(({ person }) => person.kind === 'site').map(({ person }) => person.fullName)).toEqual(['Điểm cầu xã Tân Hà'])
    const made = await client.call(createMeeting, { body: {
      bodyId: body?.id ?? '', key: 'first meeting', title: 'Phiên họp thường kỳ', mode: 'hybrid', place: 'Phòng họp số 1',
      plannedMinutes: 90, startsAt: new Date(Date.now() + 3600_000).toISOString(),
    } })
    expect(made.status).toBe(200)
  })

  it('lists every problem of a bad file with its place, and changes nothing', async () => {
    const file = JSON.parse(await readFile(EXAMPLE, 'utf8'))
    file.people[0].fullName = 'Người Khác'
    file.people[1].fulName = 'Tên sai khoá'
    file.people.push({ ...file.people[2] }, { username: 'Hai từ', fullName: 'A', office: 'B' })
    file.bodies[0].rules.majority.numerator = 3
    file.bodies[0].members[0].role = 'president'
    file.bodies[0].members[1].username = 'khong.co'
    file.bodies[0].members[3].since = '2026-02-30'
    file.bodies.push(structuredClone(file.bodies[0]), { name: 'Hội đồng', members: [] })
    const before = await everything()
    const { status, output } = await operator('organisation', await written(file))
    expect(status).toBe(1)
    for (const place of [
      'people[0].username: is taken by Ngô Thị Hiền Dương', 'people[1]: Unrecognized key: "fulName"', 'people[7].username: stands twice',
      'people[8].username:', 'bodies[0].rules.majority: is more than the whole', 'bodies[0].members[0].role:',
      'bodies[0].members[1].username: nobody is named khong.co', 'bodies[0].members[3].since:', 'bodies[0].members: has 0 chairs',
      'bodies[1].name: stands twice', 'bodies[2].rules:', 'bodies[2].letterhead:', 'bodies[2].members: has no clerk',
    ]) expect(output).toContain(`\n  ${place}`)
    expect(output).toContain('Nothing was changed.')
    expect(await everything()).toEqual(before)
  })

  it.each([['{"people": [', 'cannot be read as JSON'], ['[]', 'the file: Invalid input'], ['{}', 'bodies: Invalid input']])('refuses %s', async (text, message) => {
    const { status, output } = await operator('organisation', await written(text))
    expect(status).toBe(1)
    expect(output).toContain(message)
  })
})

describe('on the embedded PostgreSQL', () => {
  it('works while a server runs and while none does', async () => {
    const dataDir = path.join(folder, 'data')
    const env = { DATA_DIR: dataDir, HOME: process.env['HOME'] }
    expect(await run(['administrator', 'first', 'Người Thứ Nhất', 'Quản trị'], env)).toMatchObject({ status: 0 })
    const running = await startEmbeddedPostgres({ dataDir, log: { info: () => {}, warn: () => {} } })
    try {
      expect(running.takenOver).toBe(false)
      expect(await run(['administrator', 'second', 'Người Thứ Hai', 'Quản trị'], env)).toMatchObject({ status: 0 })
      const administrators = 'SELECT username FROM account WHERE administrator ORDER BY 1'
      const { rows } = await withClient(running.ownerUrl, (client) => client.query(administrators))
      expect(rows).toEqual([{ username: 'first' }, { username: 'second' }])
    } finally {
      await running.stop()
    }
  }, 120_000)
})
