import { describe, expect, it, test } from 'vitest'
import { nextTick, ref } from 'vue'
import type { ChatMessage } from '../../protocol/chat.ts'
import { chatLines, unreadIn } from './chat.ts'
import { useUnreadChat } from './use-unread-chat.ts'

let count = 0
/** `at`: a time of 24 November in Vietnam, unless it is a whole instant. */
const message = (personId: string, at = '08:00', to: ChatMessage['to'] = 'everyone'): ChatMessage => ({
  messageId: `m${++count}`, personId, to, itemId: null, text: { $text: `t${count}`, mac: '' },
  at: at.includes('Z') ? at : new Date(`2026-11-24T${at}:00+07:00`).toISOString(),
})
const reading = { ownId: 'me', name: (id: string) => `Name of ${id}`, text: (one: ChatMessage) => one.text.$text }

describe('messages as they are shown', () => {
  it('tells the own ones', () => {
    expect(chatLines([message('me'), message('lan')], reading).map((line) => line.own)).toEqual([true, false])
  })

  it('repeats no name while one goes on writing to the same people', () => {
    const lines = chatLines([
      message('lan', '08:00'), message('lan', '08:02'), message('lan', '08:10'), message('lan', '08:11', 'office'), message('me', '08:11'),
    ], reading)
    expect(lines.map((line) => line.continues)).toEqual([false, true, false, false, false])
  })

  it('begins a day at midnight in Vietnam', () => {
    const lines = chatLines([
      message('lan', '2026-11-24T16:59:00.000Z'), message('lan', '2026-11-24T17:00:00.000Z'), message('lan', '2026-11-25T16:00:00.000Z'),
    ], reading)
    expect(lines.map((line) => line.newDay)).toEqual([true, true, false])
    expect(lines[1]?.continues).toBe(false)
  })

  it('leaves the place of a text that was erased', () => {
    expect(chatLines([message('lan')], { ...reading, text: () => null })[0]).toMatchObject({ text: null, name: 'Name of lan' })
  })
})

describe('what was not read', () => {
  const [a, b, c] = [message('lan'), message('me'), message('hang')]
  test('what others wrote after the one read last', () => expect(unreadIn([a, b, c], a.messageId, 'me')).toBe(1))
  test('nothing after the last', () => expect(unreadIn([a, b, c], c.messageId, 'me')).toBe(0))
  test('everything, where the one read last is no longer kept', () => expect(unreadIn([a, b, c], 'gone', 'me')).toBe(2))

  const storage = () => {
    const kept = new Map<string, string>()
    return { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) }
  }

  it('counts while another thing is shown, and is read once the chat is', async () => {
    const messages = ref([a])
    const showing = ref(false)
    const unread = useUnreadChat('m', 'me', () => messages.value, () => showing.value, storage())
    expect(unread.count.value).toBe(0)
    messages.value = [a, b, c]
    await nextTick()
    expect([unread.count.value, unread.latest.value?.personId]).toEqual([1, 'hang'])
    showing.value = true
    await nextTick()
    expect([unread.count.value, unread.latest.value]).toEqual([0, null])
    messages.value = [a, b, c, message('lan')]
    await nextTick()
    expect(unread.count.value).toBe(0)
  })

  it('remembers over a reload what was read, for this person and meeting alone', () => {
    const kept = storage()
    useUnreadChat('m', 'me', () => [a], () => true, kept)
    expect(useUnreadChat('m', 'me', () => [a, c], () => false, kept).count.value).toBe(1)
    expect(useUnreadChat('other', 'me', () => [a, c], () => false, kept).count.value).toBe(0)
    expect(useUnreadChat('m', 'lan', () => [a, c], () => false, kept).count.value).toBe(0)
  })
})
