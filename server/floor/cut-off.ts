import { runningTurn } from '../../protocol/floor-entries.ts'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import { leftOf } from '../../protocol/speaking.ts'
import { appendEnd, type FloorDeps, type Held, type RuleOf } from './speech.ts'

export interface CutOffDeps extends Pick<FloorDeps, 'db' | 'journal' | 'store' | 'enforcement' | 'log'> { ruleOf: RuleOf }

/** The longest time that a timer waits at once, in ms: more than any turn, less than what overflows. */
const LONGEST_MS = 24 * 3600_000

/** Ends turns whose time is over, where the rule of the body says so. A server that starts takes up what another one watched. */
export function createCutOff({ db, journal, store, enforcement, ruleOf, log }: CutOffDeps) {
  const timers = new Map<string, NodeJS.Timeout>()
  let stopped = false

  /** What the turn that goes on has left, in ms; null: nothing is to end by itself. */
  async function due({ meetingId, bodyId }: Held): Promise<number | null> {
    if (!(await ruleOf(bodyId)).cutsOff) return null
    const turn = runningTurn((await journal.state(meetingId, meetingReducer)).floor)
    return turn ? leftOf(turn, Date.now()) : null
  }

  async function end(meetingId: string): Promise<void> {
    const concerned = await journal.run(meetingId, { actorId: null }, async (tx) => {
      const { status, floor } = await tx.state(meetingReducer)
      const turn = runningTurn(floor)
      const left = turn && leftOf(turn, tx.at.getTime())
      // Meanwhile it may have been extended, or another one begun.
      return status === 'live' && turn && left !== null && left !== undefined && left <= 0 ? appendEnd(tx, turn, 'time') : []
    })
    if (concerned.length) await enforcement.rights(meetingId, concerned)
  }

  async function look(held: Held): Promise<void> {
    const { meetingId } = held
    const left = await due(held)
    if (left === null || stopped) return
    if (left <= 0) return await end(meetingId)
    timers.set(meetingId, setTimeout(() => { watch(held) }, Math.min(left, LONGEST_MS)).unref())
  }

  /** Looks at the turn that goes on now, and again when its time is over. */
  function watch(held: Held): void {
    const { meetingId } = held
    clearTimeout(timers.get(meetingId))
    timers.delete(meetingId)
    look(held).catch((err: unknown) => { log.warn({ meetingId, err }, 'a turn was not ended at its time') })
  }

  return {
    watch,

    /** What a server before this one watched. */
    async resume(): Promise<void> {
      for (const held of await store.liveMeetings(db)) watch(held)
    },

    stop(): void {
      stopped = true
      for (const timer of timers.values()) clearTimeout(timer)
    },
  }
}

export type CutOff = ReturnType<typeof createCutOff>
