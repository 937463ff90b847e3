import type { z } from 'zod'
import type { Acknowledgement, CommandContract } from '../../protocol/event.ts'
import { command, createClient, type Client } from './client.ts'
import type { DemoJourney } from './journey.ts'
import type { openMailServer } from './mail.ts'
import { at, type Seat } from './seat.ts'

/** Somebody of the demo without a browser, who speaks to the server as their browser would. */
export interface Wired {
  personId: string
  client: Client
  send<I extends z.ZodType, O extends z.ZodType>(contract: CommandContract<I, O>, input: z.input<I>): Promise<Acknowledgement<z.output<O>>>
}

export async function takeLine({ server }: Pick<DemoJourney, 'server'>, username: string): Promise<Wired> {
  const client = createClient(server.origin)
  const { person } = await client.signIn(username, server.demo?.password ?? '')
  const socket = await client.socket()
  return { personId: person.id, client, send: (contract, input) => command(socket, contract, input) }
}

/** What the two halves of the convening's journey share. */
export interface Convening {
  readonly house: DemoJourney
  readonly mail: Awaited<ReturnType<typeof openMailServer>>
  /** What the unit proposed, and its agenda item is called. */
  readonly matter: string
  /** Chair and clerk at desks, one member with a phone. */
  chair: Seat
  clerk: Seat
  phone: Seat
  /** Everybody else, by user name. */
  lines: Map<string, Wired>
  meetingPath: string
}

/** The demo's people whom this journey sends mails to, each at an address of their own. */
export const addressOf = (username: string) => `${username}@example.vn`

/** Types a day (yyyy-mm-dd) and a time (hh:mm) into their fields, figure by figure as they stand in Vietnam. */
export async function typeInto(seat: Seat, id: string, value: string): Promise<void> {
  const figures = value.includes(':') ? value.split(':') : value.split('-').toReversed()
  await at(seat, id).getByRole('spinbutton').first().click()
  await seat.page.keyboard.type(figures.join(''))
}

/** Chooses from a list that opens. */
export async function choose(seat: Seat, id: string, option: string): Promise<void> {
  await at(seat, id).click()
  await seat.page.getByRole('option', { name: option }).click()
  // The focus goes back to where it was before anything else is typed.
  await seat.page.getByRole('listbox').waitFor({ state: 'detached' })
}
