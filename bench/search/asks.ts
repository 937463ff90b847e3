import type { SearchKind } from '../../protocol/search.ts'
import { nameOf } from './prose.ts'
import type { Readers } from './seed.ts'

/** A search as somebody makes it. */
export interface Ask {
  name: string
  who: keyof Readers
  q: string
  kind?: SearchKind
  year?: number
  /** Pages that were looked at before. */
  from?: number
}

const searches: Omit<Ask, 'who'>[] = [
  { name: 'on nearly every page', q: 'báo cáo' },
  { name: 'on nearly every page, without diacritics', q: 'bao cao' },
  { name: 'common', q: 'chuyển đổi số' },
  { name: 'common, in titles too', q: 'sạt lở bờ sông' },
  { name: 'common, without diacritics', q: 'giai ngan von dau tu' },
  { name: 'common, other diacritics', q: 'giải ngan vồn' },
  { name: 'common, the old tone', q: 'ủy ban' },
  { name: 'a title', q: 'Phụ lục điện gió ngoài khơi' },
  { name: 'a title being typed', q: 'Phụ lục điện gió ngo' },
  { name: 'a place', q: `xã ${nameOf(7)}` },
  { name: 'a rare place', q: `xã ${nameOf(2900)}` },
  { name: 'a number', q: 'số 4521' },
  { name: 'many words', q: 'Sở Nội vụ rà soát, bổ sung công tác cán bộ trước ngày 15 hằng tháng' },
  { name: 'nowhere', q: 'kinh khí cầu' },
]

/** Each search by each of the readers, and by who reads everything with filters and further on. */
export const asks: Ask[] = [
  ...(['clerk', 'member', 'guest', 'stranger'] as const).flatMap((who) => searches.map((one) => ({ ...one, who }))),
  { name: 'common, of a kind', who: 'clerk', q: 'chuyển đổi số', kind: 'item' },
  { name: 'common, of a year', who: 'clerk', q: 'chuyển đổi số', year: new Date().getFullYear() - 1 },
  { name: 'common, tenth page', who: 'clerk', q: 'chuyển đổi số', from: 9 },
  { name: 'common, tenth page', who: 'member', q: 'chuyển đổi số', from: 9 },
]
