import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { effectScope, nextTick, type EffectScope } from 'vue'
import type { SurveyAnswers } from '../../protocol/survey-form.ts'
import { ApiError } from '../app/api-error.ts'
import { useAnswering } from './use-answering.ts'

/** Devices as respondents have them: one link, a server that keeps one answer of it, and what each browser remembers. */
const form = {
  title: 'Khảo sát', intro: '', thanks: '', sections: [{ id: 'general', title: '', text: '', questions: [
    { id: 'mark', kind: 'scale' as const, text: 'Mức độ', help: '', required: true, labels: ['', '', '', '', ''] },
  ] }],
}
const server = vi.hoisted(() => ({ anonymous: false, keys: [] as string[], kept: null as { answers: SurveyAnswers, revision: number } | null }))
vi.mock('./send-answer.ts', () => ({
  look: () => Promise.resolve({
    state: 'open', title: form.title, roundName: 'Đợt 1', bodyName: 'Ban', opensAt: '', closesAt: '', anonymous: server.anonymous, unitName: null, thanks: '', form,
    personName: null, answers: server.kept?.answers ?? null, revision: server.kept?.revision ?? 0,
  }),
  sendAnswer: ({ key, answers, revision }: { key: string, answers: SurveyAnswers, revision: number }) => {
    if (!server.keys.includes(key)) server.keys.push(key)
    const there = server.kept?.revision ?? 0
    if (!server.anonymous && revision !== there) return Promise.reject(new ApiError('surveyAnswerChanged', { revision: there }))
    server.kept = { answers, revision: there + 1 }
    return Promise.resolve({ revision: there + 1, thanks: '' })
  },
}))

function newBrowser() {
  const items = new Map<string, string>()
  return { getItem: (name: string) => items.get(name) ?? null, setItem: (name: string, value: string) => { items.set(name, value) } }
}
const settled = async () => { for (let turn = 0; turn < 10; turn += 1) await nextTick() }
let scopes: EffectScope[] = []
async function open(browser: ReturnType<typeof newBrowser>) {
  vi.stubGlobal('localStorage', browser)
  const scope = effectScope()
  scopes.push(scope)
  const page = scope.run(() => useAnswering('token-of-a-link'))!
  await settled()
  return page
}
type Page = Awaited<ReturnType<typeof open>>
async function send(page: Page, browser: ReturnType<typeof newBrowser>, point: number) {
  vi.stubGlobal('localStorage', browser)
  page.answers.value = { mark: { point } }
  page.submit()
  await settled()
}

beforeEach(() => {
  vi.stubGlobal('window', new EventTarget())
  Object.assign(server, { anonymous: false, keys: [], kept: null })
})
afterEach(() => {
  for (const scope of scopes) scope.stop()
  scopes = []
  vi.unstubAllGlobals()
})

test('a named answer begins from what was sent last, from whichever device', async () => {
  const [desk, phone] = [newBrowser(), newBrowser()]
  await send(await open(desk), desk, 1)
  await send(await open(phone), phone, 2)
  expect(server.kept).toEqual({ answers: { mark: { point: 2 } }, revision: 2 })
  const again = await open(desk)
  expect(again.answers.value).toEqual({ mark: { point: 2 } })
})

test('what another device sent while this one was filled in is not overwritten unseen', async () => {
  const [desk, phone] = [newBrowser(), newBrowser()]
  await send(await open(desk), desk, 1)
  const begun = await open(desk)
  begun.answers.value = { mark: { point: 5 } }
  await settled()
  await send(await open(phone), phone, 2)
  // Also where the page was closed in between: what was filled in is still there, and still begins from what it began from.
  const reopened = await open(desk)
  expect(reopened.answers.value).toEqual({ mark: { point: 5 } })
  await send(reopened, desk, 5)
  expect(reopened.refusal.value?.code).toBe('surveyAnswerChanged')
  expect(server.kept?.answers).toEqual({ mark: { point: 2 } })
  await reopened.takeTheirs()
  expect(reopened.answers.value).toEqual({ mark: { point: 2 } })
  await send(reopened, desk, 4)
  expect(server.kept).toEqual({ answers: { mark: { point: 4 } }, revision: 3 })
})

test('two tabs of one browser are one respondent', async () => {
  server.anonymous = true
  const browser = newBrowser()
  const [one, two] = [await open(browser), await open(browser)]
  await send(one, browser, 1)
  await send(two, browser, 2)
  expect(server.keys).toHaveLength(1)
})
