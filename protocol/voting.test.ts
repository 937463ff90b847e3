import { expect, it } from 'vitest'
import { VoteKind } from './ballots.ts'
import { openVote, proposedQuestion } from './voting.ts'

it('proposes a question for each kind of vote, naming the item, that the command takes as it is', () => {
  const title = 'Chủ trương đầu tư Trung tâm dữ liệu'
  for (const kind of VoteKind.options) {
    const question = proposedQuestion(kind, title)
    expect(question).toMatch(/^Đồng chí .*“Chủ trương đầu tư Trung tâm dữ liệu”.*\?$/)
    expect(openVote.input.shape.question.parse(question)).toBe(question)
  }
})
