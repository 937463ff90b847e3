import { createRequire } from 'node:module'
import { openSync, type Font } from 'fontkit'

/** Has the advance widths of Times New Roman, letter for letter, and may be embedded and passed on (SIL OFL). */
const { resolve } = createRequire(import.meta.url)
const file = (face: string) => resolve(`@expo-google-fonts/tinos/${face}/Tinos_${face}.ttf`)

export const tinos = {
  normal: file('400Regular'),
  bold: file('700Bold'),
  italics: file('400Regular_Italic'),
  bolditalics: file('700Bold_Italic'),
}

export interface Face { size: number, bold?: boolean | undefined, italics?: boolean | undefined }

const opened = new Map<string, Font>()

function fontOf({ bold, italics }: Face): Font {
  const path = tinos[bold ? (italics ? 'bolditalics' : 'bold') : italics ? 'italics' : 'normal']
  const known = opened.get(path)
  if (known) return known
  const font = openSync(path)
  if (font.type !== 'TTF') throw new Error(`${path} is not one TrueType font`)
  opened.set(path, font)
  return font
}

/** The length of a line of text, in points. */
export function textWidth(text: string, face: Face): number {
  const font = fontOf(face)
  return (font.layout(text).advanceWidth * face.size) / font.unitsPerEm
}
