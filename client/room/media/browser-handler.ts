import { detectDeviceAsync, type types } from 'mediasoup-client'

/** Loads the part of mediasoup-client that knows this browser, and only that. Fails in a browser that none of them knows. */
export async function browserHandler(): Promise<types.HandlerFactory> {
  const name = await detectDeviceAsync()
  switch (name) {
    case 'Chrome111': return (await import('mediasoup-client/handlers/Chrome111')).Chrome111.createFactory({})
    case 'Firefox120': return (await import('mediasoup-client/handlers/Firefox120')).Firefox120.createFactory({})
    case 'Safari12': return (await import('mediasoup-client/handlers/Safari12')).Safari12.createFactory({})
    default: throw new Error('no WebRTC that is known here')
  }
}
