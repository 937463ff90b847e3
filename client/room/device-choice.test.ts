import { expect, test } from 'vitest'
import { findChosen, idInUse } from './device-choice.ts'

const built = { deviceId: 'b', label: 'Built-in' }
const headset = { deviceId: 'h', label: 'Headset' }

test('a chosen device is found by its id, or by its name under a new id', () => {
  expect(findChosen(headset, [built, headset])).toEqual(headset)
  expect(findChosen({ deviceId: 'old', label: 'Headset' }, [built, headset])).toEqual(headset)
  expect(findChosen({ deviceId: 'old', label: '' }, [{ deviceId: 'x', label: '' }])).toBeNull()
  expect(findChosen({ deviceId: '', label: '' }, [built])).toBeNull()
})

test('what is not there gives way to the system’s choice; before a permission nothing is known of that', () => {
  expect(idInUse(headset, [built])).toBe('')
  expect(idInUse(headset, [built, headset])).toBe('h')
  expect(idInUse(headset, [{ deviceId: '', label: '' }])).toBe('h')
  expect(idInUse(headset, [])).toBe('h')
})
