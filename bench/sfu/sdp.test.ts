import { describe, expect, it } from 'vitest'
import { receivingAnswer, sendingOffer, soleSectionSdp, transportOfParameters, transportOfSdp, type TransportInfo } from './sdp.ts'
import { camera, microphone } from './traffic.ts'

const transport: TransportInfo = {
  usernameFragment: 'ufrag', password: 'a-password-of-ice', iceLite: true,
  fingerprint: { algorithm: 'sha-256', value: 'AB:CD' },
  candidates: ['1 1 udp 2015363327 192.0.2.2 23591 typ host'],
}

describe('SDP', () => {
  it('reads the transport that it wrote', () => {
    expect(transportOfSdp(soleSectionSdp(transport, 'sendonly', 'actpass'))).toEqual(transport)
  })

  it('takes of many candidates those over UDP and IPv4, once', () => {
    const more = { ...transport, candidates: [...transport.candidates, '2 1 udp 1 fd00::2 31616 typ host', '3 1 tcp 1 192.0.2.2 9 typ host'] }
    expect(transportOfSdp(sendingOffer(more, [camera(1), microphone(2)])).candidates).toEqual(transport.candidates)
  })

  it('makes the transport of what the media node answers', () => {
    const of = transportOfParameters({
      iceParameters: { usernameFragment: 'ufrag', password: 'a-password-of-ice', iceLite: true },
      dtlsParameters: { fingerprints: [{ algorithm: 'sha-512', value: 'EE' }, { algorithm: 'sha-256', value: 'AB:CD' }] },
      iceCandidates: [
        { foundation: '1', priority: 2_015_363_327, ip: '192.0.2.2', address: '192.0.2.2', protocol: 'udp', port: 23_591, type: 'host' },
        { foundation: '2', priority: 1, ip: '192.0.2.2', address: '192.0.2.2', protocol: 'tcp', port: 23_591, type: 'host', tcpType: 'passive' },
      ],
    })
    expect(of).toEqual(transport)
  })

  it('answers each section of an offer in its order, under its name', () => {
    const answer = receivingAnswer(sendingOffer(transport, [camera(7), microphone(8)]), { ...transport, iceLite: false })
    expect(answer.match(/^m=\w+/gm)).toEqual(['m=video', 'm=audio'])
    expect(answer.match(/^a=mid:.+$/gm)?.map((line) => line.trim())).toEqual(['a=mid:0', 'a=mid:1'])
    expect(answer.match(/^a=recvonly/gm)).toHaveLength(2)
    expect(answer).not.toMatch(/a=ssrc|a=sendonly|a=ice-lite/)
    expect(answer).toContain('a=setup:active')
  })

  it('refuses an SDP without a fingerprint', () => {
    expect(() => transportOfSdp('v=0\r\na=ice-ufrag:x\r\na=ice-pwd:y\r\n')).toThrow(/fingerprint/)
  })
})
