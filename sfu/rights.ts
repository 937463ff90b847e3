import { kindOfSource, type MediaRights } from '../protocol/media-grant.ts'

/** What the rights of a label are worth on this device: a silent one has no part in sound, whatever they say. */
export function rightsOn(device: { silent: boolean }, rights: MediaRights): MediaRights {
  const sources = (list: MediaRights['publish']) => [...new Set(list)].filter((one) => !device.silent || kindOfSource[one] === 'video')
  return { publish: sources(rights.publish), receive: sources(rights.receive), say: [...new Set(rights.say)] }
}
