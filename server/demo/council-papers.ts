import type { Paper, PaperBlock } from '../issuing/paper.ts'

const heading = (text: string): PaperBlock => ({ kind: 'heading', text })
const paragraph = (text: string): PaperBlock => ({ kind: 'paragraph', text })
const item = (text: string): PaperBlock => ({ kind: 'listItem', text })

const STUDY = 'Đổi mới cách tổ chức hội nghị và phát hành văn bản trong các cơ quan tham mưu, giúp việc Tỉnh uỷ Bình Sơn'

const state = { style: 'state', place: 'Bình Sơn', foot: null, draft: false } as const

export const summaryReport: Paper = {
  ...state, superior: 'VĂN PHÒNG TỈNH UỶ', issuer: 'BAN CHỦ NHIỆM ĐỀ TÀI', number: 7, symbol: 'BC-BCNĐT', date: '2026-11-10T02:00:00.000Z',
  type: 'Báo cáo', abstract: `Tóm tắt kết quả nghiên cứu đề tài “${STUDY}”`,
  body: [
    heading('I. Sự cần thiết và mục tiêu'),
    paragraph('Mỗi năm các cơ quan tham mưu, giúp việc Tỉnh uỷ phục vụ hàng trăm cuộc họp và phát hành hàng nghìn văn bản. Khảo sát ban đầu cho thấy phần lớn thời gian chuẩn bị dành cho việc in, chuyển và thu hồi tài liệu giấy; người dự họp ở xa mất trọn một ngày cho cuộc họp nửa buổi; kết luận sau họp đến tay đơn vị thực hiện chậm hơn quy định.'),
    paragraph('Đề tài đặt ba mục tiêu: rút ngắn thời gian từ khi một việc được trình đến khi có kết luận; giảm số cuộc họp không cần thiết; đưa việc phát hành văn bản điện tử thành nền nếp, bảo đảm an toàn, đúng thể thức.'),
    heading('II. Cách làm'),
    item('Khảo sát hai đợt bằng phiếu hỏi đối với cán bộ, công chức của 12 đơn vị; phỏng vấn sâu 24 người trực tiếp chuẩn bị hội nghị.'),
    item('Rà soát toàn bộ quy trình đang áp dụng, xếp lại theo năm nhóm: văn bản, tài chính đảng, cơ yếu – công nghệ thông tin, tổ chức – cán bộ, kiểm tra và giải quyết đơn thư.'),
    item('Thí điểm chín tháng tại Văn phòng Tỉnh uỷ và hai đảng uỷ xã, có nhóm đối chứng cùng quy mô.'),
    heading('III. Kết quả chính'),
    paragraph('Trong thời gian thí điểm, số cuộc họp trực tiếp giảm so với cùng kỳ vì một phần nội dung được xin ý kiến bằng văn bản hoặc họp trực tuyến. Thời gian từ khi bế mạc đến khi có thông báo kết luận giảm từ chín ngày xuống dưới năm ngày làm việc. Tài liệu được gửi trước ít nhất ba ngày ở 91% số cuộc họp.'),
    paragraph('Ban Chủ nhiệm đã xây dựng bộ quy trình và biểu mẫu thống nhất, tài liệu hướng dẫn cho thư ký và người chủ trì, cùng bộ tiêu chí đánh giá một cuộc họp có cần thiết hay không.'),
    heading('IV. Hạn chế'),
    item('Thời gian thí điểm chưa đi hết một năm nên chưa thấy hết tính mùa vụ của công việc.'),
    item('Chất lượng đường truyền ở một số xã vùng cao chưa ổn định.'),
    item('Số liệu tiết kiệm chi phí mới là ước tính, chưa tách được phần do giảm in ấn và phần do giảm đi lại.'),
    heading('V. Kiến nghị'),
    paragraph('Đề nghị Hội đồng xem xét, nghiệm thu; kiến nghị Ban Thường vụ Tỉnh uỷ cho áp dụng bộ quy trình trong toàn Đảng bộ tỉnh từ quý I năm sau và giao Văn phòng Tỉnh uỷ theo dõi, báo cáo kết quả sáu tháng một lần.'),
  ],
  signatures: [{ title: 'Thư ký đề tài', name: 'Lăng Thị Thuý Vy' }, { title: 'Chủ nhiệm đề tài', name: 'Cao Bá Thịnh' }],
  recipients: ['Hội đồng tư vấn đánh giá, nghiệm thu', 'Sở Khoa học và Công nghệ', 'Lưu: VT, BCNĐT'],
}

const review = { ...state, superior: 'UBND TỈNH BÌNH SƠN', issuer: 'HỘI ĐỒNG TƯ VẤN NGHIỆM THU', number: null, symbol: 'PNX-HĐNT', type: 'Phiếu nhận xét' } as const

export const firstReview: Paper = {
  ...review, date: '2026-11-18T02:00:00.000Z', abstract: `Của uỷ viên phản biện 1 đối với đề tài “${STUDY}”`,
  body: [
    heading('1. Về tính cấp thiết'),
    paragraph('Vấn đề nghiên cứu thiết thực, xuất phát từ công việc hằng ngày của cơ quan. Cách đặt vấn đề rõ ràng, không sa vào lý thuyết. Điểm đáng quý là đề tài đo hiện trạng trước khi đề xuất giải pháp.'),
    heading('2. Về phương pháp'),
    paragraph('Thiết kế thí điểm có đối chứng là bước tiến so với nhiều đề tài cùng loại. Tuy vậy, hai đơn vị đối chứng đều ở vùng thuận lợi, nên cần thận trọng khi suy rộng kết quả ra toàn tỉnh. Đề nghị nói rõ điều này trong phần hạn chế.'),
    heading('3. Về kết quả'),
    item('Bộ quy trình và biểu mẫu có thể dùng ngay; ngôn ngữ gọn, dễ hiểu.'),
    item('Tiêu chí “không họp” là đóng góp mới, nên tách thành hướng dẫn riêng.'),
    item('Bảng số liệu về thời gian ra thông báo kết luận cần ghi rõ cách tính ngày làm việc.'),
    heading('4. Kết luận'),
    paragraph('Đề tài hoàn thành mục tiêu đề ra. Đề nghị Hội đồng nghiệm thu sau khi Ban Chủ nhiệm tiếp thu, chỉnh sửa các điểm nêu trên.'),
  ],
  signatures: [{ title: '', name: null }, { title: 'Uỷ viên phản biện 1', name: 'Hà Thị Minh Nguyệt' }],
  recipients: ['Hội đồng', 'Ban Chủ nhiệm đề tài'],
}

export const secondReview: Paper = {
  ...review, date: '2026-11-19T02:00:00.000Z', abstract: `Của uỷ viên phản biện 2 đối với đề tài “${STUDY}”`,
  body: [
    heading('1. Nhận xét chung'),
    paragraph('Từ kinh nghiệm nhiều năm phục vụ cấp uỷ, tôi cho rằng đề tài đã chạm đúng chỗ vướng: khâu chuẩn bị và khâu sau họp, chứ không phải bản thân cuộc họp. Các giải pháp vừa sức, không đòi hỏi đầu tư lớn.'),
    heading('2. Những điểm cần trao đổi'),
    item('Việc xin ý kiến bằng văn bản phải giữ nguyên tắc quá nửa số uỷ viên đương nhiệm đồng ý; không được coi im lặng là đồng ý.'),
    item('Cần quy định rõ nội dung nào không được đưa lên phòng họp trực tuyến để giữ bí mật nhà nước.'),
    item('Nên có lộ trình bồi dưỡng cho thư ký ở cấp xã trước khi áp dụng đồng loạt.'),
    heading('3. Về tính khả thi'),
    paragraph('Khả thi. Điều kiện quyết định là người đứng đầu làm gương: tài liệu gửi muộn thì kiên quyết lùi nội dung sang cuộc họp sau.'),
    heading('4. Kết luận'),
    paragraph('Đồng ý nghiệm thu; đề nghị Hội đồng xếp loại theo kết quả bỏ phiếu.'),
  ],
  signatures: [{ title: '', name: null }, { title: 'Uỷ viên phản biện 2', name: 'Châu Vĩnh Phát' }],
  recipients: ['Hội đồng', 'Ban Chủ nhiệm đề tài'],
}
