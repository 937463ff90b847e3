import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCalendarStore } from '../../server/bodies/calendar-store.ts'
import { createImportStore } from '../../server/bodies/import-store.ts'
import { createTermsStore } from '../../server/bodies/terms-store.ts'
import { createUnitsStore } from '../../server/bodies/units-store.ts'
import { createIdentityStore } from '../../server/identity/store.ts'
import { openHouse, type House } from '../support/house.ts'

/** The contract of the stores of the organisation: a change is there with its commit, its audit entry too, and nothing of it without. */

let house: House
let actorId: string
let bodyId: string
beforeAll(async () => {
  house = await openHouse()
  bodyId = (await house.newBody()).bodyId
  actorId = (await house.newPerson()).personId
})
afterAll(() => house.close())

const units = () => createUnitsStore(house.db)
const terms = () => createTermsStore(house.db)
const calendar = () => createCalendarStore(house.db)
const imports = () => createImportStore(house.db, (trx) => createIdentityStore(trx))
const term = { role: 'member', office: 'Uỷ viên', voting: true, rank: 4, since: '2026-01-01', until: null } as const

const unitRow = (name: string) => ({ name, code: null, superiorId: null, since: '2026-01-01' })

interface Case { name: string, tables: string[], change(then: () => void): Promise<unknown> }
const cases: Case[] = [
  {
    name: 'units', tables: ['unit', 'unit_succession', 'audit_entry'],
    change: (then) => units().change(async (tx) => {
      const [a, b] = await tx.insert([unitRow(`Một ${Math.random()}`), unitRow(`Hai ${Math.random()}`)])
      await tx.succeed('split', [{ predecessorId: a!.id, successorId: b!.id }], '2026-02-01')
      await tx.audit(actorId, { unitId: a!.id, action: 'unit.splitInto', data: {} })
      then()
    }),
  },
  {
    name: 'terms', tables: ['membership', 'body', 'audit_entry'],
    change: async (then) => {
      const { personId } = await house.newPerson()
      await terms().change(bodyId, actorId, async (tx) => {
        await tx.insertTerm(personId, term)
        await tx.audit('membership.began', personId, {})
        await tx.changeBody({ ...tx.body, name: `Ban ${Math.random()}` })
        then()
      })
    },
  },
  {
    name: 'the calendar', tables: ['calendar_day', 'audit_entry'],
    change: (then) => calendar().change(async (tx) => {
      const day = `2031-0${1 + Math.floor(Math.random() * 9)}-${10 + Math.floor(Math.random() * 18)}`
      await tx.lock(day)
      await tx.put({ day, kind: 'holiday', name: `Nghỉ ${Math.random()}`, basis: 'Quyết định' }, actorId)
      then()
    }),
  },
  {
    name: 'imports', tables: ['person', 'account', 'unit_membership', 'membership', 'audit_entry'],
    change: (then) => imports().within(actorId, async (tx) => {
      const username = `u${Math.random().toString(36).slice(2)}`
      const made = await tx.enrol([{ username, fullName: 'Người Mới', office: 'Chuyên viên', kind: 'person' }])
      const personId = made.get(username)!
      const [unit] = await tx.units()
      await tx.assign([{ personId, unitId: unit!.id, since: '2026-03-01' }])
      await tx.beginTerms([{ ...term, bodyId, personId }])
      then()
    }),
  },
]

const rows = async (tables: readonly string[]) => JSON.stringify(await Promise.all(tables.map(async (table) =>
  (await house.db(table).select()).map((row: object) => JSON.stringify(row)).toSorted())))

describe.each(cases)('the store of $name', ({ tables, change }) => {
  it('keeps a change and its audit entry with the commit', async () => {
    const before = await Promise.all(tables.map((table) => rows([table])))
    await change(() => {})
    const after = await Promise.all(tables.map((table) => rows([table])))
    expect(tables.filter((_, index) => before[index] === after[index])).toEqual([])
  })

  it('keeps nothing of one that fails at its very end', async () => {
    const kept = tables.filter((table) => table !== 'person')
    const before = await rows(kept)
    await expect(change(() => { throw new Error('the end') })).rejects.toThrow('the end')
    expect(await rows(kept)).toBe(before)
  })
})

describe('the store of units', () => {
  it('lets one change at a time see the tree', async () => {
    const seen: string[] = []
    const begun = Promise.withResolvers<void>()
    const slow = units().change(async () => {
      seen.push('first begins')
      begun.resolve()
      await new Promise((resolve) => { setTimeout(resolve, 150) })
      seen.push('first ends')
    })
    await begun.promise
    await Promise.all([slow, units().change(async () => { seen.push('second') })])
    expect(seen).toEqual(['first begins', 'first ends', 'second'])
  })

  it('asks as often for many units as for one', async () => {
    const list = () => house.statements(() => units().units('2026-06-01', true))
    const before = (await list()).length
    await units().change(async (tx) => { await tx.insert(Array.from({ length: 300 }, (_, index) => unitRow(`Đơn vị số ${index}`))) })
    expect((await list()).length).toBe(before)
    expect(before).toBe(1)
  })
})

describe('the store of terms', () => {
  it('knows no body of another id', async () => {
    await expect(terms().change(actorId, actorId, async () => {})).rejects.toMatchObject({ code: 'bodyNotFound' })
    expect(await terms().exists(actorId)).toBe(false)
    expect(await terms().terms(actorId)).toEqual([])
  })
})
