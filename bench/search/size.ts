/** How much there is to be searched. */
export interface Size {
  bodies: number
  people: number
  meetings: number
  /** Of a meeting. */
  items: number
  /** Of an item. */
  documents: number
  /** Of a document. */
  pages: number
  proposals: number
  /** Different ones that pages are made of. */
  paragraphs: number
}

/** 100,000 documents of five pages. */
export const whole: Size = { bodies: 20, people: 400, meetings: 5000, items: 5, documents: 4, pages: 5, proposals: 5000, paragraphs: 4000 }
export const quick: Size = { ...whole, meetings: 250 }
