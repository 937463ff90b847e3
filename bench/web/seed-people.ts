import type { Knex } from 'knex'
import type { BodyRulesInput, Letterhead } from '../../protocol/bodies.ts'
import type { Bodies } from '../../server/bodies/bodies.ts'
import type { Size } from './size.ts'

const families = ['Nguyễn', 'Trần', 'Lê', 'Phạm', 'Huỳnh', 'Phan', 'Vũ', 'Võ', 'Đặng', 'Bùi', 'Đỗ', 'Hồ', 'Ngô', 'Dương', 'Lý']
const middles = ['Văn', 'Thị', 'Minh', 'Hoàng', 'Thanh', 'Quốc', 'Ngọc', 'Đức', 'Hữu', 'Kim', 'Thuỳ']
const givens = ['An', 'Bình', 'Cường', 'Dũng', 'Hà', 'Hạnh', 'Hoà', 'Hùng', 'Khánh', 'Lan', 'Linh', 'Long', 'Mai', 'Nam', 'Nga', 'Phương', 'Quân', 'Sơn', 'Thuỷ', 'Tuấn', 'Yến']
const offices = ['Giám đốc Sở', 'Phó Giám đốc Sở', 'Chánh Văn phòng', 'Trưởng phòng Tổng hợp', 'Bí thư Đảng uỷ xã', 'Chuyên viên']
/** The bodies besides the large one have so many members. */
const MEMBERS = 20
const BEGAN = '2024-01-01'
const ROWS_A_STATEMENT = 1000

const rules: BodyRulesInput = {
  quorum: { numerator: 2, denominator: 3, strict: false, basis: 'Quy chế làm việc' },
  majority: { numerator: 1, denominator: 2, strict: true, basis: 'Quy chế làm việc', base: 'incumbents' }, grading: null,
}
const letterhead: Letterhead = {
  style: 'party', superior: 'Tỉnh uỷ Bình Giang', issuer: 'Ban Thường vụ', minutesSymbol: 'BB/TU', place: 'Bình Giang',
}

export interface People {
  administrator: string
  chair: string
  clerk: string
  /** Of the large body: chair, clerk and the others. */
  members: string[]
  /** Of no body. */
  outsiders: string[]
  units: string[]
  largeBody: string
  /** Chair, clerk and the first of the members are in each of them. */
  bodies: string[]
}

/** Of a list that goes round. */
export const pick = <T>(from: readonly T[], index: number): T => from[index % from.length] as T

/** Whoever is `index`th can sign in as `user<index>`. */
export async function seedPeople(owner: Knex, bodies: Pick<Bodies, 'found'>, size: Size, passwordHash: string): Promise<People> {
  const units = await seedUnits(owner, size)
  const persons = Array.from({ length: 1 + size.people + size.guests }, (_, index) => ({
    full_name: `${pick(families, index)} ${pick(middles, Math.floor(index / 3))} ${pick(givens, Math.floor(index / 7))}`, office: pick(offices, Math.floor(index / 5)),
  }))
  const ids = await idsOf(owner, 'person', persons)
  await owner.batchInsert('account', ids.map((id, index) => (
    { person_id: id, username: `user${index}`, password_hash: passwordHash, administrator: index === 0 }
  )), 1000)
  await owner.batchInsert('unit_membership', ids.map((id, index) => ({ unit_id: pick(units, index), person_id: id, since: BEGAN })), 1000)

  const [administrator = '', ...others] = ids
  const members = others.slice(0, size.people)
  const [chair = '', clerk = ''] = members
  const largeBody = await seedBody(owner, bodies, 'Đại hội đại biểu toàn tỉnh', members)
  const small: string[] = []
  for (let index = 0; index < size.bodies; index += 1) {
    small.push(await seedBody(owner, bodies, `Ban Chỉ đạo chương trình số ${index + 1}`, members.slice(0, MEMBERS)))
  }
  return { administrator, chair, clerk, members, outsiders: others.slice(size.people), units, largeBody, bodies: small }
}

/** A tree of two levels. */
async function seedUnits(owner: Knex, size: Size): Promise<string[]> {
  const unit = (superiors: readonly string[]) => (_: unknown, index: number) => ({
    name: `${superiors.length ? 'Phòng' : 'Sở'} số ${index + 1}`, superior_id: superiors.length ? pick(superiors, index) : null, since: BEGAN,
  })
  const above = Math.ceil(size.units / 8)
  const top = await idsOf(owner, 'unit', Array.from({ length: above }, unit([])))
  return [...top, ...await idsOf(owner, 'unit', Array.from({ length: size.units - above }, unit(top)))]
}

async function seedBody(owner: Knex, bodies: Pick<Bodies, 'found'>, name: string, members: readonly string[]): Promise<string> {
  const { id } = await bodies.found({ name, rules, letterhead })
  await owner.batchInsert('membership', members.map((personId, index) => ({
    body_id: id, person_id: personId, role: index === 0 ? 'chair' : index === 1 ? 'clerk' : 'member', office: 'Uỷ viên', voting: index !== 1,
    rank: index + 1, since: BEGAN,
  })), 1000)
  return id
}

/** Inserts them and gives their ids, in the same order. */
export async function idsOf(owner: Knex, table: string, rows: object[]): Promise<string[]> {
  const ids: string[] = []
  for (let from = 0; from < rows.length; from += ROWS_A_STATEMENT) {
    const made = await owner(table).insert(rows.slice(from, from + ROWS_A_STATEMENT)).returning<{ id: string }[]>('id')
    ids.push(...made.map(({ id }) => id))
  }
  return ids
}
