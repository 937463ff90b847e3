import type { Knex } from 'knex'

/** The first versions of the templates of official papers, with the regulations that they follow. */

type Line = (string | { put: string })[]
type Signature = { who: 'chair' | 'clerk', titles: Line[] }

const put = (name: string) => ({ put: name })
const shows = { superior: true, recipients: true, pageNumbers: true, foot: true }
const text = {
  bodySize: 14, leading: 18, paragraphSpace: 6, firstLineIndent: 28.35, signatureSize: 14, pageNumberSize: 14, dateSize: 14, abstractSize: 14, shows,
}

/** Sources differ over margins (20/20/30/20 and 25/25/35/15 mm): a setting of the template. */
const frames = {
  party: {
    margins: { top: 20, bottom: 20, left: 30, right: 20 }, issuerShare: 0.45,
    heading: [{ text: 'ĐẢNG CỘNG SẢN VIỆT NAM', size: 15, ruled: true }],
    superiorSize: 14, issuerSize: 14, issuerRule: null, numberSize: 14, numberLabel: 'Số', numberSeparator: '-', typeSize: 16, separator: '-----',
    basisItalics: false, basisDash: true, endMark: '.', recipientsTitle: { size: 14, bold: false, italics: false, underline: true }, recipientsSize: 12, ...text,
  },
  state: {
    margins: { top: 20, bottom: 20, left: 30, right: 15 }, issuerShare: 0.4,
    heading: [{ text: 'CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM', size: 13, ruled: false }, { text: 'Độc lập - Tự do - Hạnh phúc', size: 14, ruled: true }],
    superiorSize: 13, issuerSize: 13, issuerRule: 0.4, numberSize: 13, numberLabel: 'Số:', numberSeparator: '/', typeSize: 14, separator: 0.4,
    basisItalics: true, basisDash: false, endMark: './.', recipientsTitle: { size: 12, bold: true, italics: true, underline: false }, recipientsSize: 11, ...text,
  },
} as const

const layouts = {
  party: {
    since: '2026-01-09', basis: 'Quy định 399-QĐ/TW (09/01/2026); Hướng dẫn 36-HD/VPTW (03/4/2018)',
    behalf: 'T/M ', kept: ['Lưu Văn phòng'] as Line, present: ['Các đồng chí dự hội nghị'] as Line,
    bases: [['Căn cứ Điều lệ Đảng Cộng sản Việt Nam;'], ['Căn cứ Quy chế làm việc của ', put('body'), ';']] as Line[],
    closing: [['Đề nghị các đồng chí dự đúng thành phần, thời gian.']] as Line[],
  },
  state: {
    since: '2020-03-05', basis: 'Nghị định 30/2020/NĐ-CP (05/3/2020), Phụ lục I và III',
    behalf: 'TM. ', kept: ['Lưu: VT'] as Line, present: ['Các đại biểu dự họp'] as Line,
    bases: [['Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025;'], ['Căn cứ Quy chế làm việc của ', put('body'), ';']] as Line[],
    closing: [['Đề nghị các đại biểu dự đúng thành phần, thời gian.']] as Line[],
  },
}

function templates(style: 'party' | 'state') {
  const { behalf, kept, present, bases, closing, basis, since } = layouts[style]
  const common = { frame: frames[style], superior: [put('superior')], issuer: [put('issuer')], bases: [], opening: [], closing: [] }
  const chair: Signature = { who: 'chair', titles: [[behalf, put('issuer')], [put('chairOffice')]] }
  const single = { left: null, right: chair }
  const to: Line[] = [[put('recipients')], kept]
  const row = (kind: string, template: object, more = '') => ({ kind, style, version: 1, since, basis: basis + more, template: { ...common, ...template } })
  return [
    row('minutes', {
      type: 'Biên bản', recipients: [present, ...to],
      signatures: { left: { who: 'clerk', titles: [['Người ghi biên bản']] }, right: { who: 'chair', titles: [['Chủ trì']] } },
    }, style === 'party' ? '; Hướng dẫn 16-HD/VPTW (23/02/2023)' : ''),
    row('conclusionNotice', {
      type: 'Thông báo', signatures: single, recipients: to,
      opening: [['Tại ', put('meeting'), ' (', put('meetingDay'), '), ', put('body'), ' đã thảo luận và kết luận như sau:']],
    }, style === 'party' ? '' : '; Quyết định 45/2018/QĐ-TTg'),
    row('resolution', { type: 'Nghị quyết', bases, opening: [[put('body'), ' quyết nghị:']], signatures: single, recipients: to }),
    row('invitation', { type: 'Giấy mời', closing, signatures: single, recipients: to }, style === 'party' ? '' : '; Quyết định 45/2018/QĐ-TTg'),
  ]
}

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE paper_template_version (
      style text NOT NULL CHECK (style IN ('party', 'state')),
      kind text NOT NULL CHECK (kind IN ('minutes', 'conclusionNotice', 'resolution', 'invitation')),
      version integer NOT NULL CHECK (version > 0),
      since date NOT NULL,
      basis text NOT NULL,
      reason text NOT NULL,
      template jsonb NOT NULL,
      made_by uuid REFERENCES person,
      made_at timestamptz(3) NOT NULL,
      PRIMARY KEY (style, kind, version)
    );
    CREATE INDEX paper_template_version_since ON paper_template_version (style, kind, since DESC, version DESC);
    COMMENT ON TABLE paper_template_version IS
      'Templates of official papers, one for each layout and kind; in force is the latest that has begun. Papers that were issued keep what they were set by.';
    COMMENT ON COLUMN paper_template_version.basis IS 'The regulation that it follows.';
    GRANT SELECT, INSERT ON paper_template_version TO nghisu_app;
  `)
  await knex('paper_template_version').insert([...templates('party'), ...templates('state')].map(({ template, ...row }) => ({
    ...row, reason: 'Mẫu đầu tiên', template: JSON.stringify(template), made_at: new Date('2026-11-30T00:00:00.000Z'),
  })))
}

/** Refuses once somebody wrote a version. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DO $$ BEGIN
      IF EXISTS (SELECT FROM paper_template_version WHERE made_by IS NOT NULL) THEN
        RAISE EXCEPTION 'there are versions of templates that people wrote: copy them, then drop the table by hand';
      END IF;
    END $$;
    DROP TABLE paper_template_version;
  `)
}
