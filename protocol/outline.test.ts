import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { branchEnd, branchOf, indented, isOutline, movedBefore, movedBy, numberings, settled, type OutlineLine } from './outline.ts'

const lines = (levels: readonly number[]): OutlineLine[] => levels.map((level, index) => ({ itemId: `i${index}`, level }))
const levelsOf = (outline: readonly { level: number }[]) => outline.map(({ level }) => level)
const text = (outline: readonly OutlineLine[]) => outline.map(({ itemId, level }) => `${itemId.slice(1)}:${level}`).join(' ')

/** Any outline: levels as they come, brought to the nearest one. */
const Outline = fc.array(fc.nat(2), { minLength: 1, maxLength: 30 }).map((levels) => settled(lines(levels)))
const Place = fc.tuple(Outline, fc.nat(29), fc.nat(30))

describe('an outline', () => {
  it.each<[number[], boolean]>([
    [[], true], [[0], true], [[0, 1, 2, 2, 0, 1], true], [[1], false], [[0, 2], false], [[0, 1, 2, 3], false], [[0, -1], false], [[0, 0.5], false],
  ])('%j: %s', (levels, fits) => expect(isOutline(levels)).toBe(fits))

  it('is what anything is brought to, and an outline stays as it is', () => {
    fc.assert(fc.property(fc.array(fc.nat(2), { maxLength: 30 }), (levels) => {
      const near = settled(lines(levels))
      expect(isOutline(levelsOf(near))).toBe(true)
      expect(near.every(({ level }, index) => level <= (levels[index] ?? 0))).toBe(true)
      if (isOutline(levels)) expect(levelsOf(near)).toEqual(levels)
    }))
  })

  it('is numbered as it is written', () => {
    expect(numberings([0, 1, 1, 2, 2, 1, 0, 0, 1])).toEqual(['1', '1.1', '1.2', '1.2.1', '1.2.2', '1.3', '2', '3', '3.1'])
    fc.assert(fc.property(Outline, (outline) => {
      const numbers = numberings(levelsOf(outline))
      expect(new Set(numbers).size).toBe(numbers.length)
      expect(numbers.map((number) => number.split('.').length - 1)).toEqual(levelsOf(outline))
      // Whatever stands under something begins with its number.
      for (const [index] of outline.entries()) {
        for (let under = index + 1; under < branchEnd(outline, index); under += 1) expect(numbers[under]?.startsWith(`${numbers[index]}.`)).toBe(true)
      }
    }))
  })
})

describe('moving', () => {
  it('takes along what stands under an item', () => {
    const outline = lines([0, 1, 2, 0, 1])
    expect(branchOf(outline, 'i0').map(({ itemId }) => itemId)).toEqual(['i0', 'i1', 'i2'])
    expect(text(movedBefore(outline, 'i0', null))).toBe('3:0 4:1 0:0 1:1 2:2')
    expect(text(movedBefore(outline, 'i1', 'i4'))).toBe('0:0 3:0 1:1 2:2 4:1')
    expect(movedBefore(outline, 'i0', 'i2')).toBe(outline)
    expect(text(movedBy(outline, 'i3', -1))).toBe('3:0 4:1 0:0 1:1 2:2')
    expect(text(movedBy(outline, 'i0', 1))).toBe('3:0 4:1 0:0 1:1 2:2')
    expect(movedBy(outline, 'i0', -1)).toBe(outline)
    expect(movedBy(outline, 'i4', 1)).toBe(outline)
  })

  it('goes in and out with its branch, where that makes an outline', () => {
    const outline = lines([0, 0, 1])
    expect(text(indented(outline, 'i1', 1))).toBe('0:0 1:1 2:2')
    expect(indented(outline, 'i0', 1)).toBe(outline)
    expect(indented(outline, 'i1', -1)).toBe(outline)
    expect(indented(lines([0, 1, 2]), 'i1', 1)).toHaveLength(3)
    expect(text(indented(lines([0, 1, 2]), 'i1', -1))).toBe('0:0 1:0 2:1')
  })

  it('keeps every item and makes an outline, wherever it goes', () => {
    fc.assert(fc.property(Place, fc.constantFrom<1 | -1>(1, -1), ([outline, from, to], step) => {
      const itemId = outline[from % outline.length]?.itemId ?? ''
      for (const moved of [
        movedBefore(outline, itemId, outline[to]?.itemId ?? null), movedBy(outline, itemId, step), indented(outline, itemId, step),
      ]) {
        expect(isOutline(levelsOf(moved))).toBe(true)
        expect(moved.map((line) => line.itemId).toSorted()).toEqual(outline.map((line) => line.itemId).toSorted())
      }
      // The branch stays together, in its order.
      const branch = branchOf(outline, itemId).map((line) => line.itemId)
      const ids = movedBefore(outline, itemId, outline[to]?.itemId ?? null).map((line) => line.itemId)
      expect(ids.slice(ids.indexOf(itemId), ids.indexOf(itemId) + branch.length)).toEqual(branch)
    }))
  })
})
