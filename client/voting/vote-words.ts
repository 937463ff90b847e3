import { useI18n } from 'vue-i18n'
import type { BallotContent, VoteTerms } from '../../protocol/ballots.ts'
import type { VoteState } from '../../protocol/vote-entries.ts'
import type { VoteRule } from '../../protocol/voting-rules.ts'
import { useFormat } from '../app/format.ts'
import { useMeeting, type Meeting } from '../meetings/use-meeting.ts'

type Named = Pick<VoteTerms, 'scale' | 'options' | 'criteria'>

/** What votes, ballots and results are called and said, in the language of the page. */
export function useVoteWords(meeting: Pick<Meeting, 'live'> = useMeeting()) {
  const { t, locale } = useI18n()
  const format = useFormat()
  const inLanguage = (label: { vi: string, en: string }) => locale.value === 'vi' ? label.vi : label.en

  /** An option or candidate as it was written down, a grade or criterion as the body calls it, else a word of the ballot's own. */
  function choice({ scale, options, criteria }: Named, id: string): string {
    const option = options.find((one) => one.id === id)
    if (option) return meeting.live.text(option.label) ?? t('ui.erased')
    const called = scale.find((one) => one.id === id) ?? criteria.find((one) => one.id === id)
    return called ? inLanguage(called.label) : t(`voting.choice.${id}`)
  }

  /** What a ballot says, a line each. */
  function says(vote: Named, content: BallotContent): string[] {
    switch (content.kind) {
      case 'named': case 'grading': case 'options': return [choice(vote, content.choice)]
      case 'election': return content.chosen.length ? content.chosen.map((id) => choice(vote, id)) : [t('voting.ballotForNobody')]
      case 'confidence': return Object.entries(content.levels).map(([id, level]) => t('voting.lineOf', { name: choice(vote, id), value: t(`voting.level.${level}`) }))
      case 'scoring': return vote.criteria.map(({ id, max }) =>
        t('voting.lineOf', { name: choice(vote, id), value: t('voting.points', { points: format.number(content.scores[id] ?? 0), max: format.number(max) }) }))
    }
  }

  const names = (vote: Named, ids: readonly string[]) => ids.map((id) => choice(vote, id)).join('; ')

  /** The outcome in a few words, and whether it is the one that was put to the vote. */
  function outcome(vote: VoteState): { text: string, passed: boolean } {
    const { result, kind } = vote
    if (!result) return { text: '', passed: false }
    const { accepted: passed, grade, winner, elected = [], low = [] } = result
    switch (kind) {
      case 'named': return { passed, text: t(passed ? 'voting.result.accepted' : 'voting.result.rejected') }
      case 'grading': case 'scoring': return { passed, text: grade ? t('voting.result.grade', { grade: choice(vote, grade) }) : t('voting.result.noGrade') }
      case 'options': return { passed, text: winner ? t('voting.result.winner', { option: choice(vote, winner) }) : t('voting.result.noWinner') }
      case 'election': return {
        passed, text: elected.length ? t(passed ? 'voting.result.elected' : 'voting.result.electedSome', { names: names(vote, elected) }) : t('voting.result.electedNone'),
      }
      case 'confidence': return { passed: passed && !result.why, text: low.length ? t('voting.result.low', { names: names(vote, low) }) : t(result.why ? 'voting.result.noConfidence' : 'voting.result.lowNone') }
    }
  }

  /** How the outcome comes about: who voted, by what rule, and why it is none where it is none. */
  function sum(vote: VoteState): string[] {
    const { result, threshold, kind, electorate, hallResult, base, election } = vote
    if (!result) return []
    const share = `${threshold.numerator}/${threshold.denominator}`
    const figures = {
      needed: result.needed, base: result.base, baseName: t(`voting.base.${base.kind}`), seats: election?.seats ?? 0,
      rule: t(threshold.strict ? 'voting.sum.moreThan' : 'voting.sum.atLeast', { share }),
    }
    return [
      t('voting.sum.cast', { cast: result.cast + (result.invalid ?? 0), entitled: electorate.length }),
      ...hallResult ? [t(`voting.sum.hall.${hallResult.way}`, { collected: hallResult.collected, invalid: hallResult.invalid })] : [],
      threshold.plurality ? t(`voting.sum.plurality.${kind}`, figures) : t(`voting.sum.${kind}`, figures),
      ...result.byChair ? [t('voting.sum.byChair')] : [],
      ...result.why && !result.byChair && result.why !== 'notReached' ? [t(`voting.why.${result.why}`)] : [],
      ...vote.recused.length ? [t('voting.sum.recused', { count: vote.recused.length })] : [],
    ]
  }

  /** A rule in words: the share and what it is of, or only more than the others. */
  const rule = ({ numerator, denominator, strict, plurality, base }: VoteRule) => plurality ? t('voting.majority.plurality')
    : t('voting.majority.rule', { share: t(strict ? 'voting.sum.moreThan' : 'voting.sum.atLeast', { share: `${numerator}/${denominator}` }), baseName: t(`voting.base.${base}`) })

  return {
    choice, says, outcome, sum, rule,
    question: (vote: Pick<VoteTerms, 'question'>) => meeting.live.text(vote.question) ?? t('ui.erased'),
    kind({ kind, secret, round }: Pick<VoteTerms, 'kind' | 'secret' | 'round'>): string {
      // A vote on a motion is one under names by its kind, unless it is secret.
      const called = secret && kind === 'named' ? [t('voting.secretVote')] : [t(`voting.kind.${kind}`), ...secret ? [t('voting.secret')] : []]
      return [...called, ...round > 1 ? [t('voting.round', { round })] : []].join(' · ')
    },
    percent: (share: number) => t('voting.percent', { percent: format.number(Math.round(share * 1000) / 10) }),
    number: format.number,
  }
}
