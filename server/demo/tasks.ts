/** What the demo's conference concluded on housing before Tết, and what became of it. */

export const demoConclusion = `Thống nhất chủ trương hoàn thành xoá nhà tạm, nhà dột nát cho 86 hộ còn lại trước Tết Nguyên đán; mỗi cơ quan cấp tỉnh nhận giúp một xã.
Giải quyết xong hồ sơ đất ở của 31 hộ trong tháng 12; chỗ nào vướng thẩm quyền thì báo cáo ngay, không để dồn sang kỳ sau.
Nguồn vận động còn thiếu khoảng 1,4 tỷ đồng: vận động xã hội hoá, không huy động bình quân theo đầu người.
Văn phòng Tỉnh uỷ theo dõi, tổng hợp hằng tuần, báo cáo Thường trực Tỉnh uỷ.`

export type DemoTaskStep =
  | { act: 'accept' } | { act: 'handBack', reason: string } | { act: 'progress', percent: number, note: string }
  | { act: 'askExtension', days: number, reason: string } | { act: 'report', note: string } | { act: 'verify', note: string }
  | { act: 'return', note: string } | { act: 'cancel', reason: string }

export interface DemoTask {
  /** Code of the unit that leads, and who of it acts. */
  unit: string
  actor: string
  co: readonly string[]
  what: string
  product: string
  responsibility: string
  authority: string
  /** Working days from today; before today: overdue. */
  dueInDays: number
  steps: readonly DemoTaskStep[]
}

const byPlan = 'Theo phân công tại kết luận'
const head = (unit: string) => `Thủ trưởng ${unit} chịu trách nhiệm trước Thường trực Tỉnh uỷ`

export const demoTasks: readonly DemoTask[] = [
  {
    unit: 'SNV', actor: 'duy', co: ['DUUB'], what: 'Rà soát, chốt danh sách 86 hộ và xã, cơ quan nhận giúp', product: 'Danh sách có xác nhận của Uỷ ban nhân dân xã',
    responsibility: head('Sở Nội vụ'), authority: byPlan, dueInDays: -4, steps: [{ act: 'accept' }, { act: 'progress', percent: 70, note: 'Đã đối chiếu 61 hộ ở 11 xã; còn 25 hộ chờ xã xác nhận nhân khẩu.' }],
  },
  {
    unit: 'DUUB', actor: 'thuan', co: ['SNV', 'BNC'], what: 'Giải quyết hồ sơ đất ở hợp pháp cho 31 hộ', product: 'Quyết định giao đất hoặc văn bản trả lời cho từng hộ',
    responsibility: head('Đảng uỷ Uỷ ban nhân dân tỉnh'), authority: 'Theo Luật Đất đai và phân cấp của Uỷ ban nhân dân tỉnh', dueInDays: -2,
    steps: [{ act: 'accept' }, { act: 'progress', percent: 45, note: 'Xong 14 hồ sơ. 17 hồ sơ vướng quy hoạch sử dụng đất của ba xã.' },
      { act: 'askExtension', days: 15, reason: 'Ba xã phải điều chỉnh quy hoạch, Hội đồng nhân dân xã họp sau ngày 10.' }],
  },
  {
    unit: 'BTGDV', actor: 'trang', co: ['DUCQ'], what: 'Vận động xã hội hoá phần kinh phí còn thiếu 1,4 tỷ đồng', product: 'Bảng tổng hợp nguồn vận động, công khai trên trang tin',
    responsibility: head('Ban Tuyên giáo và Dân vận'), authority: byPlan, dueInDays: 8,
    steps: [{ act: 'accept' }, { act: 'progress', percent: 60, note: 'Đã nhận cam kết 860 triệu đồng từ 9 doanh nghiệp; 410 triệu đã chuyển về quỹ.' }],
  },
  {
    unit: 'DUCQ', actor: 'an', co: [], what: 'Phân công 28 cơ quan cấp tỉnh, mỗi cơ quan nhận giúp một xã', product: 'Thông báo phân công',
    responsibility: head('Đảng uỷ các cơ quan Đảng'), authority: byPlan, dueInDays: 4, steps: [{ act: 'accept' }, { act: 'report', note: 'Đã ban hành thông báo phân công, gửi 28 cơ quan và 96 xã, phường.' }],
  },
  {
    unit: 'UBKT', actor: 'thach', co: ['BNC'], what: 'Kiểm tra việc quản lý, sử dụng quỹ vận động', product: 'Báo cáo kết quả kiểm tra',
    responsibility: head('Uỷ ban Kiểm tra Tỉnh uỷ'), authority: 'Theo Điều lệ Đảng', dueInDays: 25, steps: [{ act: 'accept' }],
  },
  {
    unit: 'SKHCN', actor: 'bao', co: ['SNV'], what: 'Lập bản đồ số theo dõi tiến độ từng căn nhà', product: 'Bản đồ số, cập nhật hằng ngày',
    responsibility: head('Sở Khoa học và Công nghệ'), authority: byPlan, dueInDays: 12,
    steps: [{ act: 'accept' }, { act: 'progress', percent: 30, note: 'Đã số hoá vị trí 86 hộ; đang làm biểu nhập cho cán bộ xã.' }],
  },
  {
    unit: 'BNC', actor: 'nhan', co: [], what: 'Hướng dẫn xử lý tranh chấp đất đai liên quan đến các hộ', product: 'Văn bản hướng dẫn',
    responsibility: head('Ban Nội chính'), authority: byPlan, dueInDays: 10, steps: [{ act: 'handBack', reason: 'Việc thuộc thẩm quyền của Sở Nông nghiệp và Môi trường, đề nghị giao lại.' }],
  },
  {
    unit: 'BTC', actor: 'lan', co: ['SNV'], what: 'Đưa kết quả xoá nhà tạm vào đánh giá cuối năm của cấp uỷ xã', product: 'Hướng dẫn bổ sung tiêu chí',
    responsibility: head('Ban Tổ chức'), authority: 'Theo quy định về đánh giá, xếp loại', dueInDays: 15, steps: [],
  },
  {
    unit: 'VPTU', actor: 'phuc', co: ['PTH'], what: 'Tổng hợp tiến độ hằng tuần, báo cáo Thường trực Tỉnh uỷ', product: 'Báo cáo tuần',
    responsibility: head('Văn phòng Tỉnh uỷ'), authority: byPlan, dueInDays: 6, steps: [{ act: 'accept' }],
  },
  {
    unit: 'SNV', actor: 'duy', co: [], what: 'Gửi mẫu biểu khảo sát nhà ở đến 96 xã, phường', product: 'Mẫu biểu và văn bản hướng dẫn',
    responsibility: head('Sở Nội vụ'), authority: byPlan, dueInDays: 3,
    steps: [{ act: 'accept' }, { act: 'report', note: 'Đã gửi qua hệ thống văn bản; 96 xã, phường đã nhận.' }, { act: 'verify', note: 'Đủ sản phẩm, trước hạn.' }],
  },
  {
    unit: 'BTGDV', actor: 'trang', co: [], what: 'Thông tin về chương trình trên báo, đài và trang thông tin của xã', product: 'Kế hoạch tuyên truyền',
    responsibility: head('Ban Tuyên giáo và Dân vận'), authority: byPlan, dueInDays: 5,
    steps: [{ act: 'accept' }, { act: 'report', note: 'Kế hoạch đã ký, kèm lịch phát sóng.' }, { act: 'verify', note: 'Xác nhận.' }],
  },
  {
    unit: 'DUUB', actor: 'thuan', co: ['SKHCN'], what: 'Ban hành mẫu thiết kế nhà ba cứng phù hợp từng vùng', product: 'Bộ mẫu thiết kế và dự toán',
    responsibility: head('Đảng uỷ Uỷ ban nhân dân tỉnh'), authority: byPlan, dueInDays: 7,
    steps: [{ act: 'accept' }, { act: 'report', note: 'Bộ mẫu gồm ba kiểu nhà.' }, { act: 'return', note: 'Chưa có dự toán cho vùng cao, đề nghị bổ sung.' },
      { act: 'progress', percent: 85, note: 'Đã bổ sung dự toán hai xã vùng cao, còn một xã.' }],
  },
  {
    unit: 'DUCQ', actor: 'an', co: [], what: 'Tổ chức hội nghị riêng về phân công giúp xã', product: 'Hội nghị',
    responsibility: head('Đảng uỷ các cơ quan Đảng'), authority: byPlan, dueInDays: 9, steps: [{ act: 'cancel', reason: 'Lồng ghép vào giao ban tháng để bớt một hội nghị.' }],
  },
  {
    unit: 'SKHCN', actor: 'bao', co: [], what: 'Kết nối dữ liệu hộ nghèo với cơ sở dữ liệu dân cư', product: 'Báo cáo kết quả kết nối',
    responsibility: head('Sở Khoa học và Công nghệ'), authority: byPlan, dueInDays: 30, steps: [],
  },
]
