import type { HighlightColour } from '../../protocol/annotations.ts'

/** As on paper, which is white in every theme; the same as in `documents/page-marks.css`. */
export const colours: Record<HighlightColour, string> = { yellow: '#fde68a', green: '#bbf7d0', blue: '#bfdbfe', pink: '#fbcfe8' }
