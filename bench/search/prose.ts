import type { Random } from './random.ts'

/** Prose of Vietnamese offices, made up of their phrases: common words are as common as in real papers, and rare ones as rare. */

const subjects = [
  'Ban Thường vụ Tỉnh uỷ', 'Uỷ ban nhân dân tỉnh', 'Văn phòng Tỉnh uỷ', 'Sở Tài chính', 'Sở Nội vụ', 'Sở Khoa học và Công nghệ', 'Sở Nông nghiệp và Môi trường',
  'Ban Tổ chức Tỉnh uỷ', 'Uỷ ban Kiểm tra Tỉnh uỷ', 'cấp uỷ các cấp', 'các cơ quan, đơn vị', 'các xã, phường', 'người đứng đầu', 'Mặt trận Tổ quốc', 'đảng uỷ các xã',
  'Công an tỉnh', 'Bộ Chỉ huy quân sự tỉnh', 'Hội đồng nhân dân tỉnh', 'Sở Giáo dục và Đào tạo', 'Sở Y tế', 'Sở Xây dựng', 'Sở Công Thương', 'Trung tâm Xúc tiến đầu tư',
]
const verbs = [
  'tiếp tục lãnh đạo, chỉ đạo', 'tập trung thực hiện', 'rà soát, bổ sung', 'báo cáo kết quả', 'chủ trì, phối hợp tham mưu', 'tổ chức quán triệt', 'đẩy nhanh tiến độ',
  'tháo gỡ khó khăn, vướng mắc về', 'nâng cao chất lượng', 'kiểm tra, giám sát', 'khắc phục hạn chế trong', 'đề xuất chủ trương về', 'hoàn thành việc sắp xếp', 'xây dựng kế hoạch',
  'ban hành quy định về', 'bố trí kinh phí cho', 'công khai, minh bạch', 'đánh giá đúng thực trạng', 'nhân rộng mô hình', 'chuẩn bị nội dung trình về',
]
const objects = [
  'nhiệm vụ phát triển kinh tế - xã hội', 'chuyển đổi số trong hoạt động của cơ quan', 'cải cách thủ tục hành chính', 'giải ngân vốn đầu tư công', 'công tác cán bộ',
  'xây dựng nông thôn mới', 'phòng, chống tham nhũng, lãng phí, tiêu cực', 'bảo vệ môi trường', 'thu ngân sách nhà nước', 'giải phóng mặt bằng các công trình trọng điểm',
  'giảm nghèo bền vững', 'phòng, chống sạt lở bờ sông, bờ biển', 'hạn hán, xâm nhập mặn', 'đào tạo nguồn nhân lực', 'quản lý đất đai', 'khám bệnh, chữa bệnh cho nhân dân',
  'tuyển sinh đầu cấp', 'an toàn giao thông', 'chính quyền địa phương hai cấp', 'quy hoạch vùng nuôi trồng thuỷ sản', 'cấp nước sạch nông thôn', 'bảo tồn di sản văn hoá',
  'tiếp công dân, giải quyết khiếu nại, tố cáo', 'thi đua, khen thưởng', 'sinh hoạt chi bộ', 'nhà ở xã hội', 'hạ tầng viễn thông', 'điện gió ngoài khơi', 'lúa chất lượng cao',
  'kết nạp đảng viên', 'trang thiết bị y tế', 'hợp tác xã kiểu mới', 'cầu và đường giao thông nông thôn', 'bồi thường, hỗ trợ tái định cư', 'diễn tập khu vực phòng thủ',
]
const endings = [
  'theo đúng quy định', 'trong quý tới', 'trước ngày 15 hằng tháng', 'gắn với trách nhiệm của người đứng đầu', 'bảo đảm thiết thực, hiệu quả', 'phù hợp với điều kiện của địa phương',
  'không để chậm trễ, kéo dài', 'theo Kết luận của Bộ Chính trị', 'và báo cáo Thường trực Tỉnh uỷ', 'làm cơ sở triển khai thực hiện', 'trên địa bàn tỉnh', 'theo lộ trình đã đề ra',
]
const onsets = ['b', 'c', 'd', 'đ', 'g', 'h', 'kh', 'l', 'm', 'n', 'ng', 'nh', 'ph', 'qu', 's', 't', 'th', 'tr', 'v', 'x', 'ch', 'gi', 'r']
const rhymes = [
  'an', 'ang', 'ành', 'ảo', 'ậu', 'en', 'ết', 'iên', 'iểu', 'ình', 'ong', 'ồng', 'ơn', 'ưng', 'ươi', 'ạch', 'ắc', 'ẩm', 'ẽo', 'ỉnh', 'oài', 'oạt', 'uân', 'uyền', 'ưởng', 'ươm', 'úc', 'ụng', 'ỳ', 'ấp',
]

/** Of how many names of places and people there are. */
export const NAMES = 3000

/** The first of a list come up most, as words do. */
const skewed = <T>(list: readonly T[], random: Random): T => list[Math.floor(list.length * random() ** 1.7)] as T
const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

/** Two syllables that no rule of office knows. */
export function nameOf(index: number): string {
  const syllable = (n: number) => sentence((onsets[n % onsets.length] ?? '') + (rhymes[Math.floor(n / onsets.length) % rhymes.length] ?? ''))
  return `${syllable(index * 7 + 3)} ${syllable(index * 13 + Math.floor(index / 11))}`
}

export function sentenceOf(random: Random): string {
  const place = random() < 0.25 ? ` tại xã ${nameOf(Math.floor(NAMES * random() ** 2))}` : ''
  const figure = random() < 0.2 ? `, đạt ${Math.floor(random() * 1000)} tỷ đồng` : ''
  return `${sentence(skewed(subjects, random))} ${skewed(verbs, random)} ${skewed(objects, random)}${place}${figure} ${skewed(endings, random)}.`
}

/** About 75 words. */
export const paragraphOf = (random: Random): string => Array.from({ length: 4 }, () => sentenceOf(random)).join(' ')

const papers = ['Tờ trình', 'Báo cáo', 'Dự thảo Nghị quyết', 'Phụ lục', 'Kế hoạch', 'Thông báo', 'Đề án', 'Biểu tổng hợp']
export const paperName = (random: Random, number: number): string =>
  `${skewed(papers, random)} số ${number} về ${skewed(objects, random)}${random() < 0.3 ? `, xã ${nameOf(Math.floor(NAMES * random() ** 2))}` : ''}.pdf`
export const itemTitle = (random: Random): string => sentence(`${skewed(verbs, random)} ${skewed(objects, random)}`)
export const meetingTitle = (random: Random, month: number): string => `Hội nghị ${skewed(subjects, random)} tháng ${month}`
