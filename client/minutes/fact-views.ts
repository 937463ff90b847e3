import type { MinutesFact } from '../../protocol/minutes-text.ts'

interface View { dom: HTMLElement, ignoreMutation(): boolean, destroy(): void }

/** How facts stand in the editor: what they say now, shown anew whenever that changes. */
export interface FactViews {
  /** Takes what the journal says now. */
  say(facts: readonly MinutesFact[]): void
  textOf(ref: string): string
  words(ref: string): View
  blocks(ref: string): View
}

/** `nameOf`: what a fact is called that says nothing yet; `origin`: where its words come from. */
export function createFactViews({ nameOf, origin }: { nameOf: (ref: string) => string, origin: string }): FactViews {
  let said = new Map<string, MinutesFact>()
  const shown = new Set<() => void>()

  function view(dom: HTMLElement, ref: string, draw: (fact: MinutesFact | undefined) => void): View {
    dom.dataset['ref'] = ref
    dom.contentEditable = 'false'
    dom.title = origin
    const redraw = () => draw(said.get(ref))
    redraw()
    shown.add(redraw)
    return { dom, ignoreMutation: () => true, destroy() { shown.delete(redraw) } }
  }

  const textOf = (fact: MinutesFact | undefined) => fact?.blocks[0]?.text ?? ''

  return {
    say(facts) {
      said = new Map(facts.map((fact) => [fact.ref, fact]))
      for (const redraw of shown) redraw()
    },
    textOf: (ref) => textOf(said.get(ref)),
    words(ref) {
      const dom = document.createElement('span')
      dom.className = 'minutes-fact'
      return view(dom, ref, (fact) => {
        const text = textOf(fact)
        dom.textContent = text || `[${nameOf(ref)}]`
        dom.classList.toggle('minutes-fact-open', !text)
      })
    },
    blocks(ref) {
      const dom = document.createElement('section')
      dom.className = 'minutes-facts'
      return view(dom, ref, (fact) => {
        const blocks = fact?.blocks ?? []
        dom.classList.toggle('minutes-fact-open', !blocks.length)
        dom.replaceChildren(...blocks.length ? blocks.map(({ kind, text }) => {
          const line = document.createElement('p')
          line.dataset['kind'] = kind
          line.textContent = text
          return line
        }) : [document.createTextNode(`[${nameOf(ref)}]`)])
      })
    },
  }
}
