import type { Question, SurveyForm } from '../../protocol/survey-form.ts'

/** The demo's survey before and after: invented answers, as the figures of the seed have it, 400 ballots a round. */

const hasResources = ['Rất không hài lòng', 'Không hài lòng', 'Bình thường', 'Hài lòng', 'Rất hài lòng']
const scale = (id: string, text: string): Question => ({ id, kind: 'scale', text, help: '', required: true, labels: hasResources })

export const demoSurvey: SurveyForm = {
  title: 'Khảo sát chất lượng tổ chức hội nghị và phát hành văn bản',
  intro: 'Để việc họp và phát hành văn bản gọn hơn, Văn phòng Tỉnh uỷ xin ý kiến đồng chí qua phiếu này. Trả lời mất khoảng ba phút.',
  thanks: 'Trân trọng cảm ơn đồng chí. Kết quả tổng hợp sẽ được gửi về các đơn vị.',
  sections: [
    {
      id: 'meetings', title: 'Việc tổ chức hội nghị', text: '', questions: [
        {
          id: 'bestway', kind: 'single', text: 'Theo đồng chí, hình thức họp phù hợp nhất với giao ban hằng tuần là gì?', help: '', required: true, other: true,
          options: [{ id: 'inperson', text: 'Họp trực tiếp' }, { id: 'remote', text: 'Họp trực tuyến' }, { id: 'hybrid', text: 'Kết hợp trực tiếp và trực tuyến' }, { id: 'writing', text: 'Lấy ý kiến bằng văn bản' }],
        },
        {
          id: 'toolong', kind: 'multiple', text: 'Những nguyên nhân nào làm cuộc họp kéo dài?', help: 'Đồng chí có thể chọn nhiều nguyên nhân.', required: false, other: false,
          options: [
            { id: 'latepaper', text: 'Tài liệu gửi chậm, chưa kịp đọc' }, { id: 'readaloud', text: 'Đọc lại nguyên văn tài liệu' }, { id: 'toomany', text: 'Quá nhiều nội dung trong một cuộc' },
            { id: 'speeches', text: 'Phát biểu dài, trùng ý' }, { id: 'equipment', text: 'Thiết bị, đường truyền trục trặc' },
          ],
        },
        scale('ontime', 'Tài liệu đến tay đại biểu đúng hạn'), scale('conclude', 'Kết luận rõ người, rõ việc, rõ thời hạn'), scale('online', 'Chất lượng họp trực tuyến'),
      ],
    },
    {
      id: 'papers', title: 'Việc phát hành văn bản', text: '', questions: [
        {
          id: 'arrival', kind: 'single', text: 'Đồng chí thường nhận thông báo kết luận sau cuộc họp bao lâu?', help: '', required: true, other: false,
          options: [{ id: 'oneday', text: 'Trong ngày' }, { id: 'within', text: 'Trong 5 ngày làm việc' }, { id: 'later', text: 'Sau 5 ngày làm việc' }, { id: 'unsure', text: 'Không nhớ rõ' }],
        },
        scale('finding', 'Tìm lại văn bản đã phát hành'),
        { id: 'advice', kind: 'text', text: 'Kiến nghị của đồng chí để việc họp và phát hành văn bản tốt hơn', help: '', required: false, long: true },
      ],
    },
  ],
}

/** What some wrote. */
export const demoAdvice = [
  'Đề nghị gửi tài liệu trước ít nhất ba ngày làm việc để kịp nghiên cứu.', 'Nên giới hạn mỗi ý kiến phát biểu trong năm phút.', 'Giảm số cuộc họp giao ban, thay bằng báo cáo văn bản.',
  'Thông báo kết luận cần ghi rõ đơn vị chủ trì và thời hạn.', 'Cần nâng đường truyền ở các điểm cầu cấp xã.', 'Phát hành bản điện tử có ký số thay cho bản giấy.',
  'Không đọc lại nguyên văn tài liệu đã gửi.', 'Xếp các nội dung cần biểu quyết lên đầu chương trình.', 'Nên tập huấn thêm cho cán bộ văn thư về phần mềm.',
  'Có danh mục văn bản theo chuyên đề để dễ tra cứu.', 'Khách mời chỉ nên dự phần nội dung liên quan.', 'Nhắc việc qua điện thoại trước hạn hai ngày là hợp lý.',
]

/** Codes handed out in each unit, by its code; 400 in all. */
export const demoCodes = { VPTU: 46, PTH: 34, PCYCNTT: 28, BTC: 42, UBKT: 36, BTGDV: 44, BNC: 30, DUCQ: 48, DUUB: 40, SKHCN: 26, SNV: 23, TU: 3 }
