import type { MinutesBlock } from '../../protocol/minutes.ts'

type Kind = MinutesBlock['kind']

/** How each kind of block looks on the sheet: as it will be printed, but for narrow columns, which set to both edges are full of gaps. */
export const blockClass: Record<Kind, string> = {
  heading: 'mt-4 font-bold indent-[1.27cm]',
  subheading: 'mt-3 font-bold indent-[1.27cm]',
  paragraph: 'mt-1.5 sm:text-justify indent-[1.27cm]',
  listItem: 'mt-1 sm:text-justify indent-[1.27cm]',
}

export const blockTag: Record<Kind, string> = { heading: 'h2', subheading: 'h3', paragraph: 'p', listItem: 'p' }
