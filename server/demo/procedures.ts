import type { FormValues } from '../../protocol/procedure-forms.ts'

/** Files of the demo's units, by the procedures that the product ships. */
export interface DemoFile {
  code: string
  title: string
  starter: string
  daysAgo: number
  /** Form of the first step, which its starter has filled in. */
  form: [id: string, values: FormValues]
  /** Days after which each step was done; `back`: it was returned instead, to be mended. A last one that is left out is under way. */
  steps: { by: string, afterDays: number, form?: [id: string, values: FormValues], back?: string }[]
}

const checked: FormValues = { 'tham-quyen': 'dat', 'the-thuc': 'dat', 'noi-dung': 'dat' }
const slip = (title: string, abstract: string): [string, FormValues] => ['phieu-trinh', {
  'loai': 'Quyết định', 'trich-yeu': abstract, 'tom-tat': `${title}. Căn cứ Quy chế làm việc và kết luận của hội nghị gần nhất; đã lấy ý kiến các cơ quan liên quan, không còn ý kiến khác nhau.`,
  'do-khan': 'thuong',
}]
const letter = (kind: string, text: string): [string, FormValues] => ['bien-nhan', { 'loai': kind, 'ngay-nhan': '2026-11-02', 'nguon': 'buu-dien', 'tom-tat': text, 'so-trang': 4 }]

const issuing = (title: string, starter: string, daysAgo: number, ...steps: DemoFile['steps']): DemoFile => (
  { code: 'QT-VB-04', title, starter, daysAgo, form: slip(title, `Về việc ${title.charAt(0).toLowerCase()}${title.slice(1)}`), steps })

export const demoFiles: DemoFile[] = [
  issuing('Ban hành Quy chế phối hợp tiếp công dân', 'bao', 44,
    { by: 'bao', afterDays: 2 }, { by: 'chi', afterDays: 1, form: ['phieu-the-thuc', checked] }, { by: 'khai', afterDays: 4 }, { by: 'chi', afterDays: 1 }, { by: 'chi', afterDays: 1 }),
  issuing('Phân công thành viên tổ giúp việc chuyển đổi số', 'duy', 37,
    { by: 'duy', afterDays: 6 }, { by: 'chi', afterDays: 1, back: 'Thiếu nơi nhận ở các xã; trích yếu chưa khớp dự thảo.' }, { by: 'duy', afterDays: 3 },
    { by: 'chi', afterDays: 1, form: ['phieu-the-thuc', checked] }, { by: 'khai', afterDays: 3 }, { by: 'chi', afterDays: 1 }, { by: 'chi', afterDays: 2 }),
  issuing('Điều chỉnh lịch công tác tháng 11', 'trang', 25,
    { by: 'trang', afterDays: 1 }, { by: 'chi', afterDays: 1, form: ['phieu-the-thuc', checked] }, { by: 'khai', afterDays: 5 }),
  issuing('Ban hành Chương trình công tác năm 2027', 'thach', 9, { by: 'thach', afterDays: 3 }),
  issuing('Kiện toàn Ban chỉ đạo cải cách hành chính', 'tung', 12),
  {
    code: 'QT-KT-01', title: 'Đơn kiến nghị về bồi thường giải phóng mặt bằng tuyến tránh', starter: 'bich', daysAgo: 16,
    form: letter('kien-nghi', 'Một số hộ dân đề nghị xem xét lại đơn giá bồi thường và thời gian bàn giao mặt bằng của tuyến tránh phía nam.'),
    steps: [{ by: 'bich', afterDays: 1 }, { by: 'bich', afterDays: 6, form: ['phan-loai', { 'tham-quyen': 'khong', 'du-dieu-kien': 'co', 'de-xuat': 'Chuyển cơ quan có thẩm quyền giải quyết, thông báo cho người gửi.' }] }],
  },
  {
    code: 'QT-KT-01', title: 'Đơn khiếu nại về xếp lương sau sắp xếp bộ máy', starter: 'bich', daysAgo: 30,
    form: letter('khieu-nai', 'Người gửi cho rằng việc xếp lương sau khi hợp nhất phòng chưa tính thời gian giữ ngạch cũ.'),
    steps: [
      { by: 'bich', afterDays: 1 }, { by: 'bich', afterDays: 4, form: ['phan-loai', { 'tham-quyen': 'co', 'du-dieu-kien': 'co', 'de-xuat': 'Thụ lý, giao Ban Tổ chức xác minh.' }] },
      { by: 'chi', afterDays: 2 }, { by: 'khai', afterDays: 3 }, { by: 'bich', afterDays: 1 },
    ],
  },
]
