import type { Paper, PaperBlock } from '../issuing/paper.ts'

const heading = (text: string): PaperBlock => ({ kind: 'heading', text })
const paragraph = (text: string): PaperBlock => ({ kind: 'paragraph', text })
const item = (text: string): PaperBlock => ({ kind: 'listItem', text })

const party = { style: 'party', place: 'Bình Sơn', foot: null, draft: false, superior: 'TỈNH UỶ BÌNH SƠN' } as const

export const monthReport: Paper = {
  ...party, issuer: 'VĂN PHÒNG', number: 215, symbol: 'BC/VPTU', date: '2026-11-20T02:00:00.000Z',
  type: 'Báo cáo', abstract: 'Kết quả thực hiện nhiệm vụ tháng 11, phương hướng tháng 12',
  body: [
    heading('I. Kết quả tháng 11'),
    paragraph('Thường trực, Ban Thường vụ Tỉnh uỷ đã xem xét 14 nội dung, trong đó 5 nội dung được xin ý kiến bằng văn bản, 9 nội dung đưa ra hội nghị. Sáu trong bảy hội nghị được tổ chức trực tuyến hoặc kết hợp.'),
    item('Về kinh tế: thu ngân sách đạt 96,4% dự toán năm; giải ngân vốn đầu tư công đạt 81,2%, còn ba chủ đầu tư dưới 60%.'),
    item('Về xây dựng Đảng: kết nạp 128 đảng viên; hoàn thành kiểm tra 11 tổ chức đảng theo chương trình.'),
    item('Về quốc phòng, an ninh: tình hình ổn định; diễn tập phòng thủ dân sự ở hai xã đạt yêu cầu.'),
    item('Về văn hoá, xã hội: hoàn thành 212 căn nhà cho hộ nghèo, vượt kế hoạch 12 căn.'),
    heading('II. Hạn chế'),
    paragraph('Còn bảy nhiệm vụ giao tại các thông báo kết luận quá hạn, tập trung ở khâu phối hợp giữa các sở. Tài liệu của ba nội dung gửi chậm hơn ba ngày so với quy chế.'),
    heading('III. Phương hướng tháng 12'),
    item('Chuẩn bị hội nghị Ban Chấp hành cuối năm; tổng kết công tác năm theo hướng gọn, kết hợp trực tuyến đến cấp xã.'),
    item('Dứt điểm bảy nhiệm vụ quá hạn; mỗi nhiệm vụ rõ người, rõ việc, rõ thời gian, rõ trách nhiệm, rõ thẩm quyền, rõ sản phẩm.'),
    item('Hoàn thành dự toán và kế hoạch đầu tư công năm sau.'),
  ],
  signatures: [{ title: '', name: null }, { title: 'Chánh Văn phòng', name: 'Âu Dương Phúc' }],
  recipients: ['Thường trực Tỉnh uỷ', 'Các đồng chí Uỷ viên Ban Thường vụ', 'Lưu Văn phòng Tỉnh uỷ'],
}

export const dataCentreSubmission: Paper = {
  ...party, issuer: 'ĐẢNG UỶ UỶ BAN NHÂN DÂN TỈNH', number: 48, symbol: 'TTr/ĐU', date: '2026-11-19T02:00:00.000Z',
  type: 'Tờ trình', abstract: 'Về chủ trương đầu tư Trung tâm dữ liệu dùng chung của tỉnh',
  body: [
    paragraph('Đảng uỷ Uỷ ban nhân dân tỉnh kính trình Ban Thường vụ Tỉnh uỷ xem xét chủ trương đầu tư Trung tâm dữ liệu dùng chung của tỉnh với các nội dung sau:'),
    heading('1. Sự cần thiết'),
    paragraph('Hiện 17 cơ quan của tỉnh tự vận hành phòng máy chủ, phần lớn dưới 10 máy; chi phí điện, làm mát và bản quyền trùng lặp. Bốn phòng máy đã quá tuổi thiết bị, không đạt yêu cầu an toàn hệ thống thông tin cấp độ 2.'),
    heading('2. Phương án'),
    item('Phương án 1: xây dựng mới tại khu hành chính tập trung, quy mô 40 tủ, mở rộng được đến 80 tủ.'),
    item('Phương án 2: thuê chỗ đặt máy của doanh nghiệp trong 5 năm, đánh giá lại vào năm thứ tư.'),
    heading('3. So sánh'),
    paragraph('Phương án 1 có chi phí đầu tư ban đầu lớn hơn nhưng tổng chi phí mười năm thấp hơn khoảng 18% (ước tính). Phương án 2 triển khai được trong 6 tháng và không làm tăng biên chế vận hành.'),
    heading('4. Kiến nghị'),
    paragraph('Đề nghị Ban Thường vụ thống nhất chủ trương theo phương án 2, giao Uỷ ban nhân dân tỉnh hoàn thiện hồ sơ, trình Hội đồng nhân dân tỉnh theo quy định; không đưa dữ liệu thuộc phạm vi bí mật nhà nước vào trung tâm này.'),
  ],
  signatures: [{ title: '', name: null }, { title: 'Bí thư Đảng uỷ', name: 'Đoàn Hữu Thuận' }],
  recipients: ['Ban Thường vụ Tỉnh uỷ', 'Lưu Đảng uỷ'],
}

export const onlineRulesDraft: Paper = {
  ...party, issuer: 'BAN THƯỜNG VỤ', number: null, symbol: 'QĐ/TU', date: null, draft: true,
  type: 'Quy định', abstract: 'Tổ chức hội nghị trực tuyến và sử dụng phòng họp số trong Đảng bộ tỉnh',
  body: [
    heading('Điều 1. Phạm vi'),
    paragraph('Quy định này áp dụng cho hội nghị của Ban Chấp hành, Ban Thường vụ, Thường trực Tỉnh uỷ và của các đảng uỷ trực thuộc khi họp trực tuyến hoặc kết hợp. Nội dung có độ mật không thuộc phạm vi Quy định này và không được đưa lên phòng họp số.'),
    heading('Điều 2. Chuẩn bị'),
    item('Chương trình và tài liệu được công bố trên phòng họp số chậm nhất ba ngày làm việc trước ngày họp, trừ họp đột xuất.'),
    item('Đại biểu không dự được phải báo cáo người chủ trì, nêu lý do, trước giờ khai mạc.'),
    heading('Điều 3. Điểm danh và túc số'),
    paragraph('Việc có mặt được ghi nhận theo thời gian thực tế tham gia phòng họp. Hội nghị được tiến hành khi có mặt từ hai phần ba số uỷ viên được triệu tập trở lên.'),
    heading('Điều 4. Biểu quyết'),
    paragraph('Quyết định có giá trị khi quá nửa số uỷ viên đương nhiệm tán thành. Việc bầu cử theo quy định bằng phiếu kín không thực hiện trên phòng họp số.'),
    heading('Điều 5. Biên bản và kết luận'),
    paragraph('Biên bản lập ngay khi bế mạc trên cơ sở nhật ký hội nghị; thông báo kết luận ban hành trong năm ngày làm việc.'),
  ],
  signatures: [{ title: '', name: null }, { title: 'Bí thư', name: 'Trịnh Quang Khải' }],
  recipients: ['Các đảng uỷ trực thuộc', 'Các cơ quan tham mưu, giúp việc', 'Lưu Văn phòng Tỉnh uỷ'],
}
