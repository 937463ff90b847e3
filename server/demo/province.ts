import type { BodyKind, BodyRole, BodyRulesInput, Letterhead } from '../../protocol/bodies.ts'
import type { Threshold } from '../../protocol/shares.ts'
import type { PersonKind } from '../../protocol/identity.ts'

/** An invented province and invented people, in the roles that such a province has. Nobody here exists. */

export interface DemoPerson { kind: PersonKind, username: string, fullName: string, office: string }
export interface DemoMember { username: string, role: BodyRole, office: string, voting: boolean }
/** `unit` is the code of the one that it belongs to. */
export interface DemoBody { name: string, kind: BodyKind, unit: string, rules: BodyRulesInput, letterhead: Letterhead, members: DemoMember[] }

const person = (username: string, fullName: string, office: string): DemoPerson => ({ kind: 'person', username, fullName, office })

const site = (username: string, place: string, office: string): DemoPerson => ({ kind: 'site', username, fullName: `Điểm cầu ${place}`, office })

export const administrator = person('quantri', 'Đới Thị Phương Thảo', 'Quản trị hệ thống, Văn phòng Tỉnh uỷ')

const people: DemoPerson[] = [
  person('khai', 'Trịnh Quang Khải', 'Bí thư Tỉnh uỷ'),
  person('hang', 'Lương Thị Diệu Hằng', 'Phó Bí thư Thường trực Tỉnh uỷ'),
  person('thuan', 'Đoàn Hữu Thuận', 'Phó Bí thư Tỉnh uỷ, Chủ tịch Uỷ ban nhân dân tỉnh'),
  person('dang', 'Tạ Minh Đăng', 'Phó Bí thư Tỉnh uỷ, Chủ tịch Hội đồng nhân dân tỉnh'),
  person('lan', 'Phùng Thị Ngọc Lan', 'Trưởng Ban Tổ chức Tỉnh uỷ'),
  person('thach', 'Vi Văn Thạch', 'Chủ nhiệm Uỷ ban Kiểm tra Tỉnh uỷ'),
  person('trang', 'Nghiêm Thu Trang', 'Trưởng Ban Tuyên giáo và Dân vận Tỉnh uỷ'),
  person('nhan', 'Kiều Đức Nhân', 'Trưởng Ban Nội chính Tỉnh uỷ'),
  person('thuy', 'Mạc Thị Bích Thuỷ', 'Chủ tịch Uỷ ban Mặt trận Tổ quốc Việt Nam tỉnh'),
  person('phuc', 'Âu Dương Phúc', 'Chánh Văn phòng Tỉnh uỷ'),
  person('loi', 'Quách Tiến Lợi', 'Giám đốc Công an tỉnh'),
  person('vinh', 'Thân Trọng Vinh', 'Chỉ huy trưởng Bộ Chỉ huy quân sự tỉnh'),
  person('tung', 'La Thanh Tùng', 'Phó Chủ tịch Thường trực Uỷ ban nhân dân tỉnh'),
  person('an', 'Giáp Thị Hoài An', 'Bí thư Đảng uỷ các cơ quan Đảng tỉnh'),
  person('hung', 'Từ Gia Hưng', 'Bí thư Đảng uỷ phường Trung Tâm'),
  person('chi', 'Lục Thị Mai Chi', 'Trưởng Phòng Tổng hợp, Văn phòng Tỉnh uỷ'),
  person('vietanh', 'Cấn Việt Anh', 'Chuyên viên Phòng Cơ yếu – Công nghệ thông tin, Văn phòng Tỉnh uỷ'),
  person('bao', 'Đàm Quốc Bảo', 'Giám đốc Sở Khoa học và Công nghệ'),
  person('nguyet', 'Hà Thị Minh Nguyệt', 'Trưởng Khoa Xây dựng Đảng, Trường Chính trị tỉnh'),
  person('phat', 'Châu Vĩnh Phát', 'Nguyên Phó Chánh Văn phòng Tỉnh uỷ'),
  person('nhan.khong', 'Khổng Thị Thanh Nhàn', 'Phó Trưởng Phòng Quản lý khoa học, Sở Khoa học và Công nghệ'),
  person('duy', 'Tống Khánh Duy', 'Phó Giám đốc Sở Nội vụ'),
  person('mai', 'Bành Thị Xuân Mai', 'Phó Hiệu trưởng Trường Đại học Bình Sơn'),
  person('chien', 'Viên Đình Chiến', 'Trưởng Phòng Cơ yếu – Công nghệ thông tin, Văn phòng Tỉnh uỷ'),
  person('bich', 'Hứa Thị Ngọc Bích', 'Phó Trưởng Ban Tổ chức Tỉnh uỷ'),
]

/** Where people of communes and wards sit together before one camera. */
const sites: DemoPerson[] = [
  site('dc.trungtam', 'phường Trung Tâm', 'Hội trường Đảng uỷ phường'),
  site('dc.khephuong', 'phường Khe Phượng', 'Phòng họp trực tuyến Đảng uỷ phường'),
  site('dc.suoilam', 'xã Suối Lam', 'Hội trường Đảng uỷ xã'),
  site('dc.namdoi', 'xã Nậm Dới', 'Phòng họp trực tuyến Đảng uỷ xã'),
  site('dc.longthach', 'xã Long Thạch', 'Hội trường Đảng uỷ xã'),
  site('dc.hoaphong', 'xã Hoà Phong Hạ', 'Phòng họp trực tuyến Đảng uỷ xã'),
]

export const accounts: DemoPerson[] = [...people, ...sites]

/** A unit; `superior` is the code of one above it in the list, `people` are user names. */
export interface DemoUnit { name: string, code: string, superior: string | null, people: string[] }

const unit = (code: string, name: string, superior: string | null, ...members: string[]): DemoUnit => ({ code, name, superior, people: members })

export const units: DemoUnit[] = [
  unit('TU', 'Tỉnh uỷ Bình Sơn', null, 'khai', 'hang', 'dang'),
  unit('VPTU', 'Văn phòng Tỉnh uỷ', 'TU', 'phuc', administrator.username),
  unit('PTH', 'Phòng Tổng hợp', 'VPTU', 'chi'),
  unit('PCYCNTT', 'Phòng Cơ yếu – Công nghệ thông tin', 'VPTU', 'chien', 'vietanh'),
  unit('BTC', 'Ban Tổ chức Tỉnh uỷ', 'TU', 'lan', 'bich'),
  unit('UBKT', 'Uỷ ban Kiểm tra Tỉnh uỷ', 'TU', 'thach'),
  unit('BTGDV', 'Ban Tuyên giáo và Dân vận Tỉnh uỷ', 'TU', 'trang'),
  unit('BNC', 'Ban Nội chính Tỉnh uỷ', 'TU', 'nhan'),
  unit('DUCQ', 'Đảng uỷ các cơ quan Đảng tỉnh', 'TU', 'an'),
  unit('DUUB', 'Đảng uỷ Uỷ ban nhân dân tỉnh', 'TU', 'thuan', 'tung'),
  unit('SKHCN', 'Sở Khoa học và Công nghệ', 'DUUB', 'bao', 'nhan.khong'),
  unit('SNV', 'Sở Nội vụ', 'DUUB', 'duy'),
]

const member = (username: string, office: string, role: BodyRole = 'member', voting = true): DemoMember => ({ username, role, office, voting })
const twoThirds = (basis: string): Threshold => ({ numerator: 2, denominator: 3, strict: false, basis })
const moreThanHalf = (basis: string): Threshold => ({ numerator: 1, denominator: 2, strict: true, basis })

export const standingCommittee: DemoBody = {
  name: 'Ban Thường vụ Tỉnh uỷ Bình Sơn', kind: 'standingCommittee', unit: 'TU',
  rules: {
    quorum: twoThirds('Quy chế làm việc của Ban Chấp hành, Ban Thường vụ Tỉnh uỷ'),
    majority: { ...moreThanHalf('Quy định 24-QĐ/TW'), base: 'incumbents' },
    grading: null,
    voting: { changeBallot: true, basis: 'Quy chế làm việc của Ban Chấp hành, Ban Thường vụ Tỉnh uỷ' },
    floor: {
      precedence: ['pointOfOrder', 'reply'], secondsPerTurn: 420, secondsPerItem: 2700, cutsOff: false,
      basis: 'Quy chế làm việc của Ban Chấp hành, Ban Thường vụ Tỉnh uỷ',
    },
  },
  letterhead: { style: 'party', superior: 'TỈNH UỶ BÌNH SƠN', issuer: 'BAN THƯỜNG VỤ', minutesSymbol: 'BB/TU', place: 'Bình Sơn' },
  members: [
    member('khai', 'Bí thư', 'chair'),
    member('hang', 'Phó Bí thư Thường trực'),
    member('thuan', 'Phó Bí thư'),
    member('dang', 'Phó Bí thư'),
    ...['lan', 'thach', 'trang', 'nhan', 'thuy', 'phuc', 'loi', 'vinh', 'tung', 'an', 'hung'].map((username) => member(username, 'Uỷ viên Ban Thường vụ')),
    member('chi', 'Thư ký hội nghị', 'clerk', false),
    member('vietanh', 'Bảo đảm kỹ thuật', 'guest', false),
    ...sites.map(({ username }) => member(username, 'Điểm cầu', 'guest', false)),
  ],
}

const councilRules = 'Quy chế hoạt động của Hội đồng tư vấn đánh giá, nghiệm thu'

export const scienceCouncil: DemoBody = {
  name: 'Hội đồng tư vấn đánh giá, nghiệm thu nhiệm vụ khoa học và công nghệ tỉnh Bình Sơn', kind: 'council', unit: 'SKHCN',
  rules: {
    quorum: twoThirds(councilRules),
    majority: { ...moreThanHalf(councilRules), base: 'present' },
    grading: {
      scale: [
        { id: 'excellent', label: { vi: 'Xuất sắc', en: 'Excellent' }, passes: true },
        { id: 'good', label: { vi: 'Khá', en: 'Good' }, passes: true },
        { id: 'pass', label: { vi: 'Đạt', en: 'Pass' }, passes: true },
        { id: 'fail', label: { vi: 'Không đạt', en: 'Fail' }, passes: false },
      ],
      threshold: moreThanHalf(councilRules),
      base: 'present',
    },
    voting: {
      scoring: {
        criteria: [
          { id: 'aim', label: { vi: 'Mục tiêu, nội dung so với đặt hàng', en: 'Aims and content, against what was ordered' }, max: 20, step: 1 },
          { id: 'method', label: { vi: 'Phương pháp nghiên cứu', en: 'Method' }, max: 20, step: 1 },
          { id: 'product', label: { vi: 'Sản phẩm khoa học và công nghệ', en: 'Products of science and technology' }, max: 40, step: 1 },
          { id: 'use', label: { vi: 'Khả năng ứng dụng tại địa phương', en: 'Use in the province' }, max: 20, step: 1 },
        ],
        scale: [
          { id: 'excellent', label: { vi: 'Xuất sắc', en: 'Excellent' }, passes: true, from: 90 },
          { id: 'good', label: { vi: 'Khá', en: 'Good' }, passes: true, from: 70 },
          { id: 'pass', label: { vi: 'Đạt', en: 'Pass' }, passes: true, from: 50 },
          { id: 'fail', label: { vi: 'Không đạt', en: 'Fail' }, passes: false, from: 0 },
        ],
        rule: { ...twoThirds(councilRules), base: 'incumbents' },
      },
      basis: councilRules,
    },
  },
  letterhead: {
    style: 'state', superior: 'UBND TỈNH BÌNH SƠN', issuer: 'HỘI ĐỒNG TƯ VẤN NGHIỆM THU', minutesSymbol: 'BB-HĐNT', place: 'Bình Sơn',
  },
  members: [
    member('bao', 'Chủ tịch Hội đồng', 'chair'),
    member('nguyet', 'Uỷ viên, Phản biện 1'),
    member('phat', 'Uỷ viên, Phản biện 2'),
    member('nhan.khong', 'Uỷ viên, Thư ký khoa học', 'clerk'),
    ...['phuc', 'duy', 'mai', 'chien', 'bich'].map((username) => member(username, 'Uỷ viên Hội đồng')),
  ],
}

/** Whom a newcomer may want to be; named at the start. */
export const introduced: { username: string, as: string }[] = [
  { username: 'bao', as: 'science council: chair' },
  { username: 'nhan.khong', as: 'science council: clerk, with a vote' },
  { username: 'nguyet', as: 'science council: member, reviewer 1' },
  { username: 'khai', as: 'Standing Committee: chair' },
  { username: 'chi', as: 'Standing Committee: clerk' },
  { username: 'hang', as: 'Standing Committee: member' },
  { username: 'dc.suoilam', as: 'Standing Committee: remote site' },
  { username: 'phuc', as: 'member of both' },
  { username: 'quantri', as: 'administrator' },
]
