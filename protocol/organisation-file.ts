import { z } from 'zod'
import { AccountFields } from './accounts.ts'
import { BodyRole, Letterhead, WrittenRules } from './bodies.ts'
import { Line } from './text.ts'

const OrganisationMember = z.strictObject({
  username: AccountFields.shape.username, role: BodyRole, office: Line(160), voting: z.boolean(),
  /** First day of the term; without it, the day of the import. */
  since: z.iso.date().optional(),
})

/** Members stand in the order of protocol, first the first. */
const OrganisationBody = z.strictObject({
  name: Line(200), rules: WrittenRules, letterhead: Letterhead, members: z.array(OrganisationMember).min(1),
})

/** People and bodies as an operator writes them down for `npm run operator -- organisation`. */
export const OrganisationFile = z.strictObject({
  people: z.array(AccountFields.strict()), bodies: z.array(OrganisationBody),
})
export type OrganisationFile = z.infer<typeof OrganisationFile>
