import type { MinutesBlock } from '../../protocol/minutes.ts'
import type { VoteResult, VoteState } from '../../protocol/voting.ts'
import { officialTime } from '../issuing/dates.ts'
import { baseNames, choiceNames, closed, percent, sentence, thresholdName } from './phrases.ts'

/** A vote as minutes tell it: method, question, figures, rule and result (16-HD/VPTW, mục 4). */
export function voteBlocks(vote: VoteState, question: string, withoutQuorum: string | null): MinutesBlock[] {
  const { result, closedAt } = vote
  if (!result || !closedAt) return []
  const method = vote.kind === 'named' ? 'Biểu quyết ghi tên' : 'Bỏ phiếu đánh giá, xếp loại'
  const times = `từ ${officialTime(vote.openedAt)} đến ${officialTime(closedAt)}`
  const [entitled, cast] = [vote.electorate.length, result.cast]
  return [
    { kind: 'paragraph', text: `${method} bằng hình thức điện tử, ${times}: ${closed(question)}` },
    ...quorumBlock(vote, withoutQuorum),
    { kind: 'listItem', text: `Có quyền biểu quyết: ${entitled}; đã biểu quyết: ${cast}; không biểu quyết: ${entitled - cast}.` },
    { kind: 'listItem', text: `${sentence(vote.choices.map((choice) => count(vote, result, choice)).join('; '))}.` },
    { kind: 'listItem', text: rule(vote, result) },
    { kind: 'listItem', text: `Kết quả: ${outcome(vote, result)}.` },
  ]
}

/** Said where too few were there: how many, and why the vote was held all the same. */
function quorumBlock({ quorum }: VoteState, reason: string | null): MinutesBlock[] {
  if (!quorum || quorum.met || reason === null) return []
  const { present, summoned, needed } = quorum
  const text = `Khi mở biểu quyết có mặt ${present}/${summoned} người được triệu tập, chưa đủ số người theo quy định (cần ít nhất ${needed}); `
    + `người điều hành quyết định vẫn tiến hành, lý do: ${closed(reason)}`
  return [{ kind: 'listItem', text }]
}

function choiceName(vote: VoteState, choice: string): string {
  return vote.scale.find((grade) => grade.id === choice)?.label.vi.toLocaleLowerCase('vi') ?? choiceNames[choice] ?? choice
}

function count(vote: VoteState, result: VoteResult, choice: string): string {
  const votes = result.counts[choice] ?? 0
  const share = votes > 0 ? percent(votes, result.base) : ''
  return `${choiceName(vote, choice)}: ${votes}${share && ` (${share})`}`
}

function rule({ kind, threshold, base }: VoteState, result: VoteResult): string {
  const share = `${thresholdName(threshold)}, ít nhất ${result.needed} phiếu`
  const needed = kind === 'named' ? `cần ${share} tán thành` : `xếp loại ở mức cao nhất có ${share} ở mức đó hoặc cao hơn`
  return `Tỷ lệ tính trên ${result.base} ${baseNames[base.kind]}; ${needed}${threshold.basis && ` (${threshold.basis})`}.`
}

function outcome(vote: VoteState, result: VoteResult): string {
  if (vote.kind === 'named') return result.accepted ? 'được thông qua' : 'không được thông qua'
  return result.grade === null ? 'không mức xếp loại nào đủ số phiếu cần thiết' : `xếp loại ${choiceName(vote, result.grade)}`
}
