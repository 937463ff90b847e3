import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { OrganisationFile } from '../../protocol/organisation-file.ts'
import type { Account } from '../../protocol/accounts.ts'
import type { PersonKind } from '../../protocol/identity.ts'
import type { Bodies, BodyRecord } from './bodies.ts'

/** Something in a file that keeps it from being imported; `place` as in `bodies[0].members[2].role`. */
export interface Problem { place: string, message: string }
/** What was done for one thing of the file: a thing that was there stays as it was, also where the file says otherwise. */
export interface Done { place: string, name: string, what: 'added' | 'kept' | 'keptThoughOther' }

export interface OrganisationDeps {
  accounts: {
    findAccount(username: string): Promise<Account | null>
    install(account: {
      kind: PersonKind, username: string, fullName: string, office: string, administrator: boolean, passwordHash: string | null,
    }): Promise<Account>
  }
  bodies: Pick<Bodies, 'findByName' | 'found' | 'addMember' | 'presentMembers'>
  now?: () => Date
}

type FileBody = OrganisationFile['bodies'][number]

/** What can be read of a file whose other parts may be wrong, so that all its problems are found at once. */
const text = z.string().trim().normalize('NFC').nullable().catch(null)
const username = z.string().trim().toLowerCase().nullable().catch(null)
const nothing = <T extends z.ZodType>(schema: T) => schema.nullable().catch(null)
const Outline = z.object({
  people: z.array(nothing(z.object({ username, fullName: text }))).catch([]),
  bodies: z.array(nothing(z.object({
    name: text, members: z.array(nothing(z.object({ username, role: z.unknown(), voting: z.unknown() }))).catch([]),
  }))).catch([]),
}).catch({ people: [], bodies: [] })

/** Values that stand a second time, with where. */
function repeated(values: readonly (string | null | undefined)[], place: (index: number) => string, message: string): Problem[] {
  return values.flatMap((value, index) => value && values.indexOf(value) < index ? [{ place: place(index), message: `${message}: ${value}` }] : [])
}

/** People and bodies of a file that an operator wrote. To be used in one transaction. */
export function createOrganisation({ accounts, bodies, now = () => new Date() }: OrganisationDeps) {
  async function problemsOfPeople(people: z.infer<typeof Outline>['people']): Promise<Problem[]> {
    const found = repeated(people.map((one) => one?.username), (index) => `people[${index}].username`, 'stands twice')
    for (const [index, person] of people.entries()) {
      const known = person?.username ? await accounts.findAccount(person.username) : null
      if (known && person?.fullName && known.person.fullName !== person.fullName) {
        const message = `is taken by ${known.person.fullName}: write another user name, or that full name if it is the same person`
        found.push({ place: `people[${index}].username`, message })
      }
    }
    return found
  }

  async function problemsOfBody(body: z.infer<typeof Outline>['bodies'][number], place: string, inFile: ReadonlySet<string>): Promise<Problem[]> {
    const members = body?.members ?? []
    const found = repeated(members.map((one) => one?.username), (index) => `${place}.members[${index}].username`, 'stands twice')
    for (const [index, member] of members.entries()) {
      if (!member?.username || inFile.has(member.username) || await accounts.findAccount(member.username)) continue
      found.push({ place: `${place}.members[${index}].username`, message: `nobody is named ${member.username}: write them among the people` })
    }
    const has = (role: string) => members.filter((member) => member?.role === role).length
    if (has('chair') !== 1) found.push({ place: `${place}.members`, message: `has ${has('chair')} chairs: one is needed` })
    if (has('clerk') === 0) found.push({ place: `${place}.members`, message: 'has no clerk to prepare meetings and write minutes' })
    if (!members.some((member) => member?.voting === true)) found.push({ place: `${place}.members`, message: 'has nobody with a vote' })
    return found
  }

  async function addMember(body: BodyRecord, { username, since, ...member }: FileBody['members'][number], index: number): Promise<Done['what']> {
    const account = await accounts.findAccount(username)
    if (!account) throw new Error('a member without an account')
    const personId = account.person.id
    const present = (await bodies.presentMembers(body.id, now())).find(({ person }) => person.id === personId)
    if (present) {
      const { role, office, voting } = present
      return isDeepStrictEqual({ role, office, voting }, member) ? 'kept' : 'keptThoughOther'
    }
    const from = since ? new Date(`${since}T00:00:00+07:00`) : now()
    return await bodies.addMember({ bodyId: body.id, personId, ...member, rank: index + 1, since: from }) ? 'added' : 'kept'
  }

  async function addBody({ members, ...wanted }: FileBody, place: string): Promise<Done[]> {
    const known = await bodies.findByName(wanted.name)
    const same = known && isDeepStrictEqual({ rules: known.rules, letterhead: known.letterhead }, { rules: wanted.rules, letterhead: wanted.letterhead })
    const body = known ?? await bodies.found(wanted)
    const done: Done[] = [{ place, name: wanted.name, what: !known ? 'added' : same ? 'kept' : 'keptThoughOther' }]
    for (const [index, member] of members.entries()) {
      done.push({ place: `${place}.members[${index}]`, name: member.username, what: await addMember(body, member, index) })
    }
    return done
  }

  return {
    /** Everything that is wrong with what a file holds, by itself and beside what is there; empty for one that `add` takes. */
    async problems(value: unknown): Promise<Problem[]> {
      const parsed = OrganisationFile.safeParse(value)
      const found = (parsed.error?.issues ?? []).map(({ path, message }) => ({ place: z.core.toDotPath(path) || 'the file', message }))
      const outline = Outline.parse(value)
      const inFile = new Set(outline.people.flatMap((one) => one?.username ?? []))
      found.push(...await problemsOfPeople(outline.people))
      found.push(...repeated(outline.bodies.map((one) => one?.name), (index) => `bodies[${index}].name`, 'stands twice'))
      for (const [index, body] of outline.bodies.entries()) found.push(...await problemsOfBody(body, `bodies[${index}]`, inFile))
      return found
    },

    /** Adds what is missing and changes nothing that is there; each with its audit entry. */
    async add({ people, bodies: wanted }: OrganisationFile): Promise<Done[]> {
      const done: Done[] = []
      for (const [index, person] of people.entries()) {
        const known = await accounts.findAccount(person.username)
        if (!known) await accounts.install({ ...person, administrator: false, passwordHash: null })
        const what = !known ? 'added' : known.person.office === person.office && known.person.kind === person.kind ? 'kept' : 'keptThoughOther'
        done.push({ place: `people[${index}]`, name: person.username, what })
      }
      for (const [index, body] of wanted.entries()) done.push(...await addBody(body, `bodies[${index}]`))
      return done
    },
  }
}
