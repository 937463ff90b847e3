import { once } from 'node:events'
import express from 'express'
import readXlsx from 'read-excel-file/node'
import { afterAll, expect, it } from 'vitest'
import type { Paper } from './paper.ts'
import { createPress } from './press.ts'

const press = createPress()
afterAll(() => press.close())

const paper: Paper = {
  style: 'party', superior: '', issuer: 'Ban Thường vụ', number: 7, symbol: 'BB/TU', place: 'Bình Giang', date: '2026-06-08T09:00:00.000Z',
  type: 'Biên bản', abstract: 'Hội nghị', body: [{ kind: 'paragraph', text: 'Nội dung.' }],
  signatures: [{ title: 'Người ghi biên bản', name: null }, { title: 'Chủ trì', name: null }], recipients: [], foot: null, draft: false,
}
const begins = (file: Uint8Array) => Buffer.from(file.subarray(0, 4)).toString('latin1')

it('prints both formats beside the program’s own thread', async () => {
  let turns = 0
  const turning = setInterval(() => { turns += 1 }, 1)
  const [pdf, docx] = await Promise.all([press.print(paper, 'pdf'), press.print(paper, 'docx')])
  clearInterval(turning)
  expect([begins(pdf), begins(docx)]).toEqual(['%PDF', 'PK\x03\x04'])
  expect(turns).toBeGreaterThan(5)
})

it('makes workbooks there too', async () => {
  const sheet = { name: 'Một', columns: [{ title: 'Tên', width: 10 }], rows: [['=1+1'], [new Date(0)], [7], [null]] }
  const web = express().get('/', (_req, res) => press.deliverWorkbook(res, [sheet], 'Danh sách')).listen(0)
  await once(web, 'listening')
  const address = web.address()
  const answer = await fetch(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`)
  expect(answer.headers.get('content-disposition')).toContain(`filename*=UTF-8''${encodeURIComponent('Danh sách.xlsx')}`)
  expect(answer.headers.get('content-type')).toBe('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
  const [read] = await readXlsx(Buffer.from(await answer.arrayBuffer()))
  web.close()
  // A name that looks like a formula is none; an instant is written as the clock in Vietnam showed it.
  expect(read?.data.slice(0, 4)).toEqual([['Tên'], ['=1+1'], [new Date(7 * 3600_000)], [7]])
})

it('prints a paper once for everybody who asks, and anew when anything in it changed', async () => {
  const [first, second] = await Promise.all([press.print(paper, 'pdf'), press.print({ ...paper }, 'pdf')])
  expect(second).toBe(first)
  expect(await press.print({ ...paper, number: 8 }, 'pdf')).not.toEqual(first)
})

it('goes on after a paper that cannot be set', async () => {
  const broken = { ...paper, date: 'no date' }
  await expect(press.print(broken, 'pdf')).rejects.toThrow('Invalid time value')
  expect(begins(await press.print({ ...paper, number: 9 }, 'pdf'))).toBe('%PDF')
})
