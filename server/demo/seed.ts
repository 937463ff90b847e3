import { randomInt } from 'node:crypto'
import path from 'node:path'
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { localDay } from '../../protocol/calendar.ts'
import type { Agenda } from '../agenda/agenda.ts'
import type { Guests } from '../agenda/guests.ts'
import type { Bodies } from '../bodies/bodies.ts'
import type { Units } from '../bodies/units.ts'
import type { Documents } from '../documents/documents.ts'
import type { Floor } from '../floor/floor.ts'
import { hashPassword, type Identity } from '../identity/identity.ts'
import { renderPdf } from '../issuing/pdf.ts'
import type { Meetings } from '../meetings/meetings.ts'
import type { MeetingRulesBook } from '../meetings/rules.ts'
import type { Templates } from '../meetings/templates.ts'
import type { Caller } from '../platform/contract.ts'
import { readOrMakeSecret } from '../platform/keys.ts'
import { demoMeetings, demoRooms, demoTemplate, type DemoItem, type DemoMeeting } from './meetings.ts'
import type { Past } from './past.ts'
import { seedInvitation, type DemoInvitationsDeps } from './seed-invitations.ts'
import { seedOpinions, type DemoOpinionsDeps } from './seed-opinions.ts'
import { seedPapers, type DemoPapersDeps } from './seed-papers.ts'
import { seedTriage, type DemoTriageDeps } from './seed-triage.ts'
import { seedHeldConference, seedProposals, type DemoProposalsDeps } from './seed-proposals.ts'
import { seedProcedures, type DemoProceduresDeps } from './seed-procedures.ts'
import { seedSigningKeys } from './signing-keys.ts'
import { seedSurveys, type DemoSurveysDeps } from './seed-surveys.ts'
import { seedYear, type DemoYearDeps } from './seed-year.ts'
import { dayOf, startToday } from './starts.ts'
import { accounts, administrator, introduced, scienceCouncil, standingCommittee, units as demoUnits, type DemoBody } from './province.ts'

export interface DemoDeps extends
  DemoProposalsDeps, DemoProceduresDeps, DemoInvitationsDeps, DemoPapersDeps, DemoSurveysDeps, DemoYearDeps, DemoTriageDeps, DemoOpinionsDeps {
  identity: Pick<Identity, 'install' | 'findAccount'>
  bodies: Pick<Bodies, 'findByName' | 'found' | 'addMember'>
  units: Pick<Units, 'list' | 'add' | 'unitOf' | 'assign'>
  meetings: Pick<Meetings, 'list' | 'get' | 'create' | 'publish' | 'open' | 'close'>
  meetingRules: Pick<MeetingRulesBook, 'all' | 'addRoom'>
  templates: Pick<Templates, 'list' | 'add'>
  floor: Pick<Floor, 'request'>
  agenda: Pick<Agenda, 'add'> & Pick<Guests, 'setGuests'> & DemoProposalsDeps['agenda']
  documents: Pick<Documents, 'attachMade'>
}

interface SeedOptions { domains: DemoDeps, past: Past, db: Knex, dataDir: string, log: Pick<Logger, 'info'>, now?: Date }

/** What is printed at the start of a demo. */
export interface DemoAccounts { password: string, accounts: { username: string, as: string }[] }

/** How long people of the demo have been in office. */
const TERM_BEGAN = new Date('2025-10-01T00:00:00+07:00')

/**
 * An invented province, so that a first start has people to be and a meeting to hold today. May be run at every start, and
 * after one that was killed: it adds what is missing and touches nothing that is there. One password for all accounts,
 * made for this DATA_DIR and kept in its keys, so that no two installations share one.
 */
export function seedDemo(options: SeedOptions): Promise<DemoAccounts> {
  return options.past.writing(() => seed(options))
}

async function seed(options: SeedOptions): Promise<DemoAccounts> {
  const { domains, past, db, dataDir, log, now = new Date() } = options
  const password = await readOrMakeSecret(path.join(dataDir, 'keys', 'demo-password'), makePassword)
  const callers = await seedPeople(domains.identity, password)
  await seedUnits(domains.units, callers)
  for (const body of [standingCommittee, scienceCouncil]) await seedBody(domains, body, callers)
  await seedConvening(domains, callers)
  const matters = await seedMatters(domains, past, callers, now)
  for (const meeting of demoMeetings) {
    if (await seedMeeting(domains, meeting, matters, callers, now)) log.info({ agendaItems: meeting.items.length }, 'a demo meeting was made for today')
  }
  await seedPapers(domains, (username) => callerNamed(callers, username), now)
  const signers = [standingCommittee, scienceCouncil].flatMap(({ members }) => members.filter(({ role }) => role === 'chair' || role === 'clerk'))
  await seedSigningKeys(dataDir, accounts.filter(({ username }) => signers.some((one) => one.username === username)), now)
  await seedProcedures(domains, (username) => callerNamed(callers, username), now)
  await seedSurveys(domains, callerNamed(callers, 'chi'), now)
  await seedYear(domains, db, { administrator: callerNamed(callers, administrator.username), clerk: callerNamed(callers, 'chi') }, (username) => callerNamed(callers, username), now)
  return { password, accounts: introduced }
}

function makePassword(): string {
  const part = () => Array.from({ length: 4 }, () => 'bcdfghkmnpqrtvwx23456789'.charAt(randomInt(24))).join('')
  return `${part()}-${part()}-${part()}`
}

type Callers = Map<string, Caller>

async function seedPeople(identity: DemoDeps['identity'], password: string): Promise<Callers> {
  const callers: Callers = new Map()
  // One hash serves all: the password is the same, and printed.
  let hash: string | undefined
  for (const person of [administrator, ...accounts]) {
    const isAdministrator = person === administrator
    const account = await identity.findAccount(person.username)
      ?? await identity.install({ ...person, administrator: isAdministrator, passwordHash: hash ??= await hashPassword(password) })
    callers.set(person.username, { personId: account.person.id, administrator: account.administrator })
  }
  return callers
}

function callerNamed(callers: Callers, username: string): Caller {
  const caller = callers.get(username)
  if (!caller) throw new Error(`the demo has nobody named ${username}`)
  return caller
}

/** Found by their codes, the ended ones too: what an administrator did with a unit of the demo stays done. */
async function seedUnits(units: DemoDeps['units'], callers: Callers): Promise<void> {
  const since = localDay(TERM_BEGAN)
  const known = new Map((await units.list(true)).map((unit) => [unit.code, unit]))
  for (const { name, code, superior, people } of demoUnits) {
    const superiorId = superior === null ? null : known.get(superior)?.id ?? null
    const unit = known.get(code) ?? await units.add({ personId: null }, { name, code, superiorId, since })
    known.set(code, unit)
    // One with people in it was peopled by an earlier start.
    if (unit.until !== null || unit.people > 0) continue
    for (const username of people) {
      const { personId } = callerNamed(callers, username)
      if (await units.unitOf(personId) === null) await units.assign({ personId: null }, personId, unit.id, since)
    }
  }
}

async function seedBody({ bodies, units }: DemoDeps, { members, unit, ...body }: DemoBody, callers: Callers): Promise<void> {
  const superiorUnitId = (await units.list(true)).find(({ code }) => code === unit)?.id ?? null
  const { id: bodyId } = await bodies.findByName(body.name) ?? await bodies.found({ ...body, superiorUnitId, since: localDay(TERM_BEGAN) })
  for (const [index, { username, ...membership }] of members.entries()) {
    const { personId } = callerNamed(callers, username)
    await bodies.addMember({ bodyId, personId, ...membership, rank: index + 1, since: TERM_BEGAN })
  }
}

/** Rooms, and a template of regular conferences. */
async function seedConvening({ meetingRules, templates, bodies }: DemoDeps, callers: Callers): Promise<void> {
  const { rooms } = await meetingRules.all()
  for (const room of demoRooms) {
    if (!rooms.some(({ name }) => name === room.name)) await meetingRules.addRoom(callerNamed(callers, administrator.username), room)
  }
  const { body, clerk, room, template } = demoTemplate
  const caller = callerNamed(callers, clerk)
  const found = await bodies.findByName(body.name)
  if (!found || (await templates.list(caller, found.id)).templates.some(({ title }) => title === template.title)) return
  const { rooms: seeded } = await meetingRules.all()
  await templates.add(caller, found.id, { ...template, roomId: seeded.find(({ name }) => name === room)?.id ?? null })
}

/** What units proposed to the Standing Committee, by title, and a conference that has dealt with some of it. */
async function seedMatters(domains: DemoDeps, past: Past, callers: Callers, now: Date): Promise<ReadonlyMap<string, string>> {
  const { id } = await domains.bodies.findByName(standingCommittee.name) ?? {}
  if (id === undefined) throw new Error('the body was not seeded')
  const clerk = callerNamed(callers, 'chi')
  const named = (username: string) => callerNamed(callers, username)
  const matters = await seedProposals(domains, id, clerk, named, now)
  await seedHeldConference(domains, past, matters, id, { clerk, chair: named('khai') }, named, now)
  await seedTriage(domains, matters, named, now)
  await seedOpinions(domains, matters, named, now)
  return matters
}

/** A published meeting of this title today; true when it had to be made. */
async function seedMeeting(domains: DemoDeps, meeting: DemoMeeting, matters: ReadonlyMap<string, string>, callers: Callers, now: Date): Promise<boolean> {
  const caller = callerNamed(callers, meeting.clerk)
  const body = await domains.bodies.findByName(meeting.body.name)
  if (!body) throw new Error('the body was not seeded')
  const { meetings } = await domains.meetings.list(caller, { limit: 100 })
  const ofToday = meetings.filter(({ title, startsAt }) => title === meeting.title && dayOf(new Date(startsAt)) === dayOf(now))
  if (ofToday.some(({ status }) => status !== 'draft' && status !== 'cancelled')) return false
  const known = ofToday.find(({ status, startsAt }) => status === 'draft' && new Date(startsAt) > now)
  const { title, mode, place, plannedMinutes } = meeting
  const { kinds, rooms } = await domains.meetingRules.all()
  const kind = kinds.find(({ code, until }) => code === meeting.kind && until === null)
  const room = rooms.find(({ name }) => name === meeting.room)
  const convened = { ...kind ? { kindId: kind.id } : {}, ...room ? { roomId: room.id } : {} }
  const startsAt = startToday(now, meeting.startsInMinutes).toISOString()
  const key = `demo ${startsAt} ${body.id}`
  const { meetingId } = known ? { meetingId: known.id }
    : await domains.meetings.create(caller, { title, mode, place, plannedMinutes, startsAt, ...convened, bodyId: body.id, key })
  const itemIds: string[] = []
  for (const [index, item] of meeting.items.entries()) itemIds.push(await seedItem(domains, meetingId, item, index, matters.get(item.title), caller, callers))
  await domains.meetings.publish(meetingId, caller, meeting.lateReason)
  for (const [place, { username, item, topic, at = null }] of meeting.speakers.entries()) {
    const speaker = callerNamed(callers, username)
    const asked = { personId: speaker.personId, itemId: itemIds[item] ?? null, kind: 'speak' as const, replyTo: null, topic, speaker: at }
    await domains.floor.request(meetingId, speaker, { key: `demo speaker ${place}`, ...asked })
  }
  await seedInvitation(domains, meetingId, caller, meeting.answers, (username) => callerNamed(callers, username))
  return true
}

/** Under fixed keys, so that what a killed start had done is not done twice. */
async function seedItem(
  domains: DemoDeps, meetingId: string, item: DemoItem, index: number, matter: string | undefined, caller: Caller, callers: Callers,
): Promise<string> {
  const { title, minutes, purpose, level } = item
  const presenterId = item.presenter === null ? null : callerNamed(callers, item.presenter).personId
  const { itemId } = await domains.agenda.add(meetingId, caller, {
    title, minutes, purpose, presenterId, level, ...matter ? { matterId: matter } : {}, key: `demo item ${index}`,
  })
  // Invited once: who is invited again by a second start is invited already.
  if (item.guests.length) {
    await domains.agenda.setGuests(meetingId, itemId, caller, { personIds: item.guests.map((guest) => callerNamed(callers, guest).personId), was: [] })
  }
  for (const [place, { name, paper }] of item.documents.entries()) {
    const pdf = await renderPdf(paper)
    await domains.documents.attachMade(meetingId, itemId, caller, { pdf, name, key: `demo document ${index}.${place}` })
  }
  return itemId
}
