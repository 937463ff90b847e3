import { z } from 'zod'
import { Person, PersonKind } from './identity.ts'
import { Id } from './journal.ts'
import { defineRoute } from './route.ts'
import { UnitName } from './units.ts'

/** A person as any colleague may know them: name, office, kind, and the unit where they work today. */
export const FoundPerson = Person.extend({ unit: UnitName.nullable() })
export type FoundPerson = z.infer<typeof FoundPerson>

export const searchPeople = defineRoute({
  id: 'people.search', method: 'get', path: '/api/people', access: 'signedIn', errors: ['invalidCursor'],
  summary: 'People and remote sites whose name or office holds every word of `q`, with or without diacritics; first those who '
    + 'have its very diacritics (however the tone is placed), then those found by name, each by given name. Whoever may no longer sign in is left out.',
  query: z.object({
    q: z.string().max(200).default(''), kind: PersonKind.optional(), unitId: Id.optional(),
    after: z.string().max(600).optional(), limit: z.coerce.number().int().min(1).max(100).default(20),
  }),
  response: z.object({
    people: z.array(FoundPerson),
    /** To be sent as `after` for those who follow; null when there are none. */
    next: z.string().nullable(),
  }),
})
