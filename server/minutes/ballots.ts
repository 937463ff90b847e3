import { confidenceLevels, levelKey } from '../../protocol/ballots.ts'
import type { TextRef } from '../../protocol/journal.ts'
import type { MinutesBlock } from '../../protocol/minutes.ts'
import type { VoteState } from '../../protocol/vote-entries.ts'
import type { VoteResult } from '../../protocol/ballots.ts'
import { officialTime } from '../issuing/dates.ts'
import { baseNames, choiceNames, closed, figure, levelNames, methodNames, percent, sentence, thresholdName, undecided } from './phrases.ts'

const onScreen = 'bằng hình thức điện tử'

/** How names and texts of the meeting are written. */
interface Words { text(ref: TextRef): string, personId(personId: string): string }

/**
 * A vote that is over as minutes tell it: method, question, figures, rule and result (16-HD/VPTW, mục 4); of one that was annulled who did
 * so and why, and no figure. Nothing of one that goes on.
 */
export function voteBlocks(vote: VoteState, write: Words): MinutesBlock[] {
  const { result, closedAt, annulment } = vote
  if (!closedAt) return []
  const times = `từ ${officialTime(vote.openedAt)} đến ${officialTime(closedAt)}`
  const round = vote.round > 1 ? `, vòng ${vote.round}` : ''
  const heading = (how: string): MinutesBlock => ({ kind: 'paragraph', text: `${methodNames(vote)} ${how}${round}, ${times}: ${closed(write.text(vote.question))}` })
  const item = (text: string): MinutesBlock => ({ kind: 'listItem', text })
  if (annulment) {
    const by = annulment.by === null ? '' : ` Người huỷ: ${write.personId(annulment.by)}.`
    return [heading(onScreen), item(`Cuộc biểu quyết bị huỷ trước khi có kết quả, vì: ${closed(write.text(annulment.reason))}${by}`)]
  }
  if (!result) return []
  const [entitled, cast] = [vote.electorate.length, result.cast + (result.invalid ?? 0)]
  return [
    heading(vote.hallResult ? `${onScreen} kết hợp tại hội trường` : onScreen),
    ...quorumLine(vote, write).map(item),
    ...vote.recused.map(({ personId, reason }) => item(`Không tham gia biểu quyết: ${write.personId(personId)}, lý do: ${closed(write.text(reason))}`)),
    item(`Có quyền biểu quyết: ${entitled}; đã biểu quyết: ${cast}; không biểu quyết: ${entitled - cast}.`),
    ...hallLine(vote).map(item),
    ...figures(vote, result, write).map(item),
    item(rule(vote, result)),
    item(`Kết quả: ${outcome(vote, result, write)}.`),
    ...vote.opinions.map(({ voterId, text }) => item(`Bảo lưu ý kiến: ${write.personId(voterId)}: ${closed(write.text(text))}`)),
  ]
}

/** Said where too few were there: how many, and why the vote was held all the same. */
function quorumLine({ quorum, withoutQuorum }: VoteState, write: Words): string[] {
  if (!quorum || quorum.met || !withoutQuorum) return []
  return [`Khi mở biểu quyết có mặt ${quorum.present}/${quorum.summoned} người được triệu tập, chưa đủ số người theo quy định (cần ít nhất ${quorum.needed}); `
    + `người điều hành quyết định vẫn tiến hành, lý do: ${closed(write.text(withoutQuorum))}`]
}

function hallLine({ hallResult }: VoteState): string[] {
  if (!hallResult) return []
  const { way, handedOut, collected, invalid } = hallResult
  return [way === 'hands' ? `Tại hội trường, giơ tay: ${collected} người.`
    : `Tại hội trường, bằng phiếu giấy: phát ra ${handedOut}, thu về ${collected}, không hợp lệ ${invalid} phiếu.`]
}

function choiceName(vote: VoteState, choice: string, write: Words): string {
  const option = vote.options.find(({ id }) => id === choice)
  if (option) return write.text(option.label)
  return vote.scale.find((grade) => grade.id === choice)?.label.vi.toLocaleLowerCase('vi') ?? choiceNames[choice] ?? choice
}

function figures(vote: VoteState, result: VoteResult, write: Words): string[] {
  const count = (name: string, key: string) => {
    const votes = result.counts[key] ?? 0
    const share = votes > 0 ? percent(votes, result.base) : ''
    return `${name}: ${votes}${share && ` (${share})`}`
  }
  switch (vote.kind) {
    case 'confidence':
      return vote.choices.map((id) => `${sentence(choiceName(vote, id, write))}: ${confidenceLevels.map((level) => count(levelNames[level], levelKey(id, level))).join('; ')}.`)
    case 'scoring': {
      const spread = (name: string, points: NonNullable<VoteResult['total']> | undefined) => points
        ? [`${sentence(name)}: trung bình ${figure(points.mean)}, độ lệch chuẩn ${figure(points.deviation)}, thấp nhất ${figure(points.min)}, cao nhất ${figure(points.max)}.`] : []
      return [...vote.criteria.flatMap(({ id, label }) => spread(label.vi, result.points?.[id])), ...spread('Tổng điểm', result.total)]
    }
    case 'named': case 'grading':
      return [`${sentence(vote.choices.map((choice) => count(choiceName(vote, choice, write), choice)).join('; '))}.`]
    case 'options': case 'election':
      return vote.choices.map((choice) => `${sentence(count(choiceName(vote, choice, write), choice))}.`)
  }
}

function rule({ kind, threshold, base, election }: VoteState, result: VoteResult): string {
  const share = threshold.plurality ? 'nhiều phiếu nhất' : `${thresholdName(threshold)}, ít nhất ${result.needed} phiếu`
  const needed = {
    named: `cần ${share} tán thành`,
    grading: `xếp loại ở mức cao nhất có ${share} ở mức đó hoặc cao hơn`,
    scoring: `xếp loại theo tổng điểm trung bình, cần ${share}`,
    options: `phương án được chọn cần ${share}`,
    election: `bầu ${election?.seats ?? 0} người, người trúng cử cần ${share}`,
    confidence: `tín nhiệm thấp khi có ${share} ở mức đó`,
  }[kind]
  return `Tỷ lệ tính trên ${result.base} ${baseNames[base.kind]}; ${needed}${threshold.basis && ` (${threshold.basis})`}.`
}

function outcome(vote: VoteState, result: VoteResult, write: Words): string {
  const names = (ids: readonly string[]) => ids.map((id) => choiceName(vote, id, write)).join('; ')
  const why = result.why && result.why !== 'notReached' ? `, do ${undecided[result.why]}` : ''
  const byChair = result.byChair ? ', số phiếu ngang nhau, theo ý kiến của người chủ trì' : ''
  switch (vote.kind) {
    case 'named': return `${result.accepted ? 'được thông qua' : 'không được thông qua'}${byChair}${why}`
    case 'grading': case 'scoring':
      return result.grade === null ? `không mức xếp loại nào đủ số phiếu cần thiết${why}` : `xếp loại ${choiceName(vote, result.grade, write)}`
    case 'options': return result.winner === undefined ? `chưa phương án nào được chọn${why}` : `chọn ${names([result.winner])}${byChair}`
    case 'election': return `${result.elected?.length ? `trúng cử: ${names(result.elected)}` : 'không ai trúng cử'}${result.accepted ? '' : ', chưa bầu đủ số lượng'}${why}`
    case 'confidence': return result.low?.length ? `tín nhiệm thấp: ${names(result.low)}` : `không ai bị đánh giá tín nhiệm thấp${why}`
  }
}
