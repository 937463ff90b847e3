import { useEventListener } from '@vueuse/core'
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import { z } from 'zod'
import { answerProblems, SurveyAnswers } from '../../protocol/survey-form.ts'
import { toApiError, type ApiError } from '../app/api-error.ts'
import { look, sendAnswer, type Looked } from './send-answer.ts'

/**
 * What of an answer is kept on the device until it was taken, by link. `sending`: it was given out of hand, and is sent until it is
 * acknowledged. `base`: the revision of a named answer that this one began from; `edited`: and was changed since.
 */
const Kept = z.object({
  key: z.string(), answers: SurveyAnswers.catch({}), sending: z.boolean(), sent: z.boolean(), base: z.int().default(0), edited: z.boolean().default(true),
})
const RETRY_MS = [2000, 5000, 10_000, 30_000]

function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** Without the network, or without an answer, it may have been taken or not: the same is sent again. */
const isUnsure = ({ code }: ApiError) => code === 'offline' || code === 'noAnswer' || code === 'databaseUnavailable' || code === 'internal' || code === 'tooManyRequests' || code === 'unexpectedAnswer'

/** One respondent's answer by a link: kept on the device while it is filled in, sent until it is acknowledged, however the network does. */
export function useAnswering(token: string) {
  const place = `nghi-su.survey.${token.slice(0, 24)}`
  const kept = ref(read())
  const page = shallowRef<Looked | null>(null)
  const failure = shallowRef<ApiError | null>(null)
  /** Why it was refused; the answer may be mended or not. */
  const refusal = shallowRef<ApiError | null>(null)
  /** Pressed once: what is missing is marked from then on. */
  const asked = ref(false)
  const waiting = ref(false)
  const done = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  let tries = 0

  function read(): z.infer<typeof Kept> {
    try {
      const found = Kept.safeParse(JSON.parse(localStorage.getItem(place) ?? ''))
      if (found.success) return found.data
    } catch { /* Nothing is kept, or what is not ours. */ }
    return { key: newKey(), answers: {}, sending: false, sent: false, base: 0, edited: false }
  }
  function keep() {
    try {
      localStorage.setItem(place, JSON.stringify(kept.value))
    } catch { /* A browser that keeps nothing still answers. */ }
  }
  watch(kept, keep, { deep: true })
  // At once, and read again: another tab of this browser is to answer by the same key, or there would be two answers.
  keep()
  kept.value = read()

  const problems = computed(() => page.value?.form ? answerProblems(page.value.form, kept.value.answers) : [])

  async function load() {
    try {
      const found = await look({ token, key: kept.value.key })
      page.value = found
      failure.value = null
      // What was sent last, from whichever device, is what a change begins from, where nothing was changed on this one.
      if (found.answers && !kept.value.sending && !kept.value.edited) kept.value = { ...kept.value, answers: found.answers, base: found.revision }
      if (found.state === 'answered') done.value = true
      if (kept.value.sending && found.state === 'open') void send()
    } catch (thrown) {
      failure.value = toApiError(thrown)
    }
  }

  async function send() {
    if (waiting.value) return
    clearTimeout(timer)
    waiting.value = true
    refusal.value = null
    try {
      const answer = await sendAnswer({ token, key: kept.value.key, answers: kept.value.answers, revision: kept.value.base })
      tries = 0
      done.value = true
      // An anonymous answer is not left on a device that others may use.
      kept.value = {
        ...kept.value, sending: false, sent: true, base: answer.revision, edited: false, answers: page.value?.anonymous ? {} : kept.value.answers,
      }
    } catch (thrown) {
      const error = toApiError(thrown)
      refusal.value = error
      if (isUnsure(error)) {
        timer = setTimeout(() => void send(), RETRY_MS[Math.min(tries, RETRY_MS.length - 1)])
        tries += 1
      } else kept.value = { ...kept.value, sending: false }
    } finally {
      waiting.value = false
    }
  }

  useEventListener(window, 'online', () => {
    if (failure.value) void load()
    else if (kept.value.sending) void send()
  })
  onScopeDispose(() => clearTimeout(timer))
  void load()

  return {
    page, failure, refusal, problems, asked, waiting, done, load,
    answers: computed({ get: () => kept.value.answers, set: (answers: SurveyAnswers) => { kept.value = { ...kept.value, answers, edited: true } } }),
    /** It was given out of hand and is on its way. */
    sending: computed(() => kept.value.sending),
    /** Returns the question to look at first, or undefined where it is on its way. */
    submit(): string | undefined {
      asked.value = true
      const [first] = problems.value
      if (first) return first.questionId
      kept.value = { ...kept.value, sending: true }
      void send()
      return undefined
    },
    /** Gives up what was changed here for what another device sent meanwhile. */
    async takeTheirs() {
      kept.value = { ...kept.value, edited: false }
      refusal.value = null
      await load()
    },
    /** Of a named survey: goes on with the answer that was sent. */
    change() {
      done.value = false
      asked.value = false
    },
  }
}
