import { startChild } from '../child.ts'
import { allCores, CONTENDERS, startContender, type Contender } from './contenders.ts'
import type { LoadCalls } from './load.ts'
import { SPEAKER_STREAMS } from './stage.ts'

async function profileOf(contender: Contender): Promise<string> {
  const server = await startContender(contender, allCores)
  const load = startChild<LoadCalls>(new URL('load.ts', import.meta.url), [])
  try {
    await load.call('watchProfiles', undefined)
    const room = await server.openRoom()
    await load.call('prepareSpeaker', { admission: await room.admit('speaker', 'send'), streams: SPEAKER_STREAMS })
    await load.call('receive', { admissions: [await room.admit('viewer', 'receive')], counted: true })
    return (await load.call('profiles', undefined)).join(', ')
  } finally {
    await load.stop()
    await server.stop()
  }
}

/** The SRTP profile that the load agrees upon with the servers, in both directions. Throws where it is not one for all. */
export async function agreedProfiles(): Promise<string> {
  const found = new Map<Contender, string>()
  for (const contender of ['node', 'janusTuned'] as const) found.set(contender, await profileOf(contender))
  const [first = '', ...others] = new Set(found.values())
  if (first === '' || others.length > 0) {
    throw new Error(`The servers do not use the same cipher: ${[...found].map(([one, what]) => `${CONTENDERS[one]} ${what}`).join('; ')}`)
  }
  return first
}
