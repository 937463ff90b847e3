import { describe, expect, it, test } from 'vitest'
import en from '../app/messages/en/lobby.json' with { type: 'json' }
import vi from '../app/messages/vi/lobby.json' with { type: 'json' }
import { findingsOf } from './findings.ts'
import type { ConnectionReport } from './media/probe-check.ts'
import type { Advice } from './media/verdict.ts'
import { browserKind } from './mend.ts'

const report: ConnectionReport = {
  running: false, udp: 'blocked', tcp: 'ok', relay: 'notConfigured', upKbps: 1_840, downKbps: 12_345, rttMs: 38.6, loss: 0.0123,
  verdict: 'fair', advice: ['udpBlocked'],
}

describe('the figures of a check', () => {
  it('are rounded, without a relay that there is none of', () => {
    expect(findingsOf(report)).toEqual([
      { name: 'udp', way: 'blocked' }, { name: 'tcp', way: 'ok' }, { name: 'up', unit: 'mbps', value: 1.8 },
      { name: 'down', unit: 'mbps', value: 12.3 }, { name: 'rtt', unit: 'ms', value: 39 }, { name: 'loss', unit: 'percent', value: 1.2 },
    ])
  })

  it('leave away what was not found out', () => {
    const nothing = { ...report, udp: null, relay: null, upKbps: null, downKbps: null, rttMs: null, loss: null }
    expect(findingsOf(nothing)).toEqual([
      { name: 'udp', way: 'unknown' }, { name: 'tcp', way: 'ok' }, { name: 'relay', way: 'unknown' },
    ])
  })
})

test('every advice and verdict has words in both languages', () => {
  const advice = {
    unreachable: true, udpBlocked: true, relayOnly: true, slowUpload: true, slowDownload: true, farAway: true, lossy: true,
  } satisfies Record<Advice, true>
  const verdicts = { good: true, fair: true, poor: true, none: true } satisfies Record<NonNullable<ConnectionReport['verdict']>, true>
  for (const { connection } of [vi, en]) {
    expect(Object.keys(connection.advice).toSorted()).toEqual(Object.keys(advice).toSorted())
    expect(Object.keys(connection.verdict).toSorted()).toEqual(Object.keys(verdicts).toSorted())
  }
})

test.each([
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36 Edg/150.0.0.0', 'chromium'],
  ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36', 'chromium'],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'firefox'],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15', 'safari'],
  ['Mozilla/5.0 (Linux; Android 14; SM-X210) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36', 'android'],
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/150.0 Mobile/15E148 Safari/604.1', 'ios'],
  ['curl/8.0', null],
])('tells the browser of %s', (userAgent, kind) => expect(browserKind(userAgent)).toBe(kind))
