import type { TriageResult, Way } from '../../protocol/triage-rules.ts'
import type { TriageOutcome } from '../../protocol/triage.ts'
import { PLACES } from '../proposals/store-rows.ts'
import type { JudgingStore } from './judging.ts'

interface JudgedRow { way: Way, proposed: Way | null, result: TriageResult, at: Date, kind: TriageOutcome['kind'] | null, ended_at: Date | null, held_at: Date | null }

/** What decisions came to, in PostgreSQL. */
export const judgingStore: JudgingStore = {
  async judged(db, bodyIds, from, to) {
    // A meeting ends the decision that brought the matter before it: the last one before it came onto that agenda, or with it.
    const { rows } = await db.raw<{ rows: JudgedRow[] }>(`
      SELECT decision.way, decision.proposed, decision.result, decision.at, outcome.kind, outcome.at AS ended_at, held.ended_at AS held_at
      FROM triage_decision decision JOIN proposal p ON p.id = decision.matter_id
      LEFT JOIN triage_outcome outcome ON outcome.matter_id = decision.matter_id AND outcome.nth = decision.nth
      LEFT JOIN LATERAL (
        SELECT place.ended_at FROM (${PLACES}) place
        WHERE decision.way IN ('meet', 'merge', 'online') AND place.outcome = 'decided' AND place.ended_at >= decision.at
          AND NOT EXISTS (SELECT FROM triage_decision later WHERE later.matter_id = decision.matter_id AND later.nth > decision.nth)
        ORDER BY place.item_id LIMIT 1
      ) held ON true
      WHERE decision.at >= :from AND decision.at < :to ${bodyIds === null ? '' : 'AND decision.body_id = ANY (:bodyIds)'}
      ORDER BY decision.at, decision.matter_id`, { from, to, personId: null, ...bodyIds === null ? {} : { bodyIds: [...bodyIds] } })
    return rows.map((row) => ({
      way: row.way, proposed: row.proposed, reasons: row.result.reasons, at: row.at,
      ended: row.kind ?? (row.held_at ? 'decided' : null), endedAt: row.ended_at ?? row.held_at,
    }))
  },

  async unasked(db, bodyIds, from, to) {
    const { rows: [row] } = await db.raw<{ rows: { count: number }[] }>(`
      SELECT count(DISTINCT p.id)::integer AS count
      FROM proposal p CROSS JOIN LATERAL (${PLACES} AND meeting.status <> 'cancelled') place
      WHERE p.status = 'accepted' AND place.placed_at >= :from AND place.placed_at < :to ${bodyIds === null ? '' : 'AND p.body_id = ANY (:bodyIds)'}
        AND NOT EXISTS (SELECT FROM triage_decision decision WHERE decision.matter_id = p.id)`,
    { from, to, personId: null, ...bodyIds === null ? {} : { bodyIds: [...bodyIds] } })
    return row?.count ?? 0
  },
}
