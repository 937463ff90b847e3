import { expect, test } from 'vitest'
import { verdictOf, type Findings } from './verdict.ts'

const well: Findings = { udp: 'ok', tcp: 'ok', relay: 'notConfigured', upKbps: 3_000, downKbps: 3_000, rttMs: 40, loss: 0 }

test('a connection with nothing wrong is good, without advice', () => {
  expect(verdictOf(well)).toEqual({ verdict: 'good', advice: [] })
  expect(verdictOf({ ...well, tcp: 'blocked', rttMs: null })).toEqual({ verdict: 'good', advice: [] })
})

test('no open way is the one thing to say', () => {
  const closed: Findings = { ...well, udp: 'blocked', tcp: 'blocked', upKbps: null, downKbps: null, rttMs: null, loss: null }
  expect(verdictOf(closed)).toEqual({ verdict: 'none', advice: ['unreachable'] })
  expect(verdictOf({ ...closed, relay: 'blocked' }).verdict).toBe('none')
})

test('what works by a detour is fair at best, and says by which', () => {
  expect(verdictOf({ ...well, udp: 'blocked' })).toEqual({ verdict: 'fair', advice: ['udpBlocked'] })
  expect(verdictOf({ ...well, udp: 'blocked', tcp: 'blocked', relay: 'ok' })).toEqual({ verdict: 'fair', advice: ['relayOnly'] })
})

test('the worst figure decides; what is not as it should be is named, with or without being the worst', () => {
  expect(verdictOf({ ...well, upKbps: 400 })).toEqual({ verdict: 'fair', advice: ['slowUpload'] })
  expect(verdictOf({ ...well, upKbps: 200, rttMs: 250 })).toEqual({ verdict: 'poor', advice: ['slowUpload', 'farAway'] })
  expect(verdictOf({ ...well, downKbps: 100, loss: 0.03 })).toEqual({ verdict: 'poor', advice: ['lossy', 'slowDownload'] })
})
