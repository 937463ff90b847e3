import fc from 'fast-check'
import { expect, it } from 'vitest'
import { applyChat, ChatTo, type ChatState } from './chat.ts'

const people = Array.from({ length: 3 }, () => crypto.randomUUID())
const Message = fc.record({ personId: fc.constantFrom(...people), to: fc.constantFrom(...ChatTo.options) })

it('keeps for each viewer the latest of what they see, whatever they do not see', () => {
  fc.assert(fc.property(fc.array(Message, { minLength: 600, maxLength: 900, size: 'max' }), (messages) => {
    const entries = messages.map((message) => ({
      kind: 'chat.sent' as const, at: new Date().toISOString(),
      data: { ...message, messageId: crypto.randomUUID(), text: { $text: crypto.randomUUID(), mac: '0'.repeat(64) } },
    }))
    const told = (seen: typeof entries) => seen.reduce<ChatState>(applyChat, [])
    const whole = told(entries)
    for (const viewer of people) {
      const sees = ({ to, personId }: { to: ChatTo, personId: string }) => to === 'everyone' || personId === viewer
      expect(told(entries.filter(({ data }) => sees(data)))).toEqual(whole.filter(sees))
    }
    const shown = (of: { to: ChatTo, personId: string }) => whole.filter(({ to, personId }) => to === of.to && (to === 'everyone' || personId === of.personId))
    expect(shown({ to: 'everyone', personId: '' }).length).toBe(Math.min(500, messages.filter(({ to }) => to === 'everyone').length))
    for (const personId of people) {
      const sent = messages.filter((one) => one.to === 'office' && one.personId === personId).length
      expect(shown({ to: 'office', personId }).length).toBe(Math.min(50, sent))
    }
    expect(whole.at(-1)?.messageId).toBe(entries.at(-1)?.data.messageId)
  }), { numRuns: 5 })
})
