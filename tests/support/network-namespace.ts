import { execFile, execFileSync } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)
const ip = (...args: string[]) => run('ip', args)

export interface NetworkNamespace {
  name: string
  /** The address of this machine as the namespace reaches it. */
  hostAddress: string
  /** The namespace gets another address in place of its own, as when a laptop changes networks. */
  changeAddress(): Promise<void>
  /** Takes the cable out; the returned function puts it back. */
  unplug(): Promise<() => Promise<void>>
  /** From now on nothing leaves the namespace by UDP, as behind a strict firewall. */
  refuseUdp(): Promise<void>
  remove(): Promise<void>
}

/** Making a namespace needs root and the program ip, which a development machine may not give. */
export const canMakeNamespaces = process.getuid?.() === 0 && hasIp()

function hasIp(): boolean {
  try {
    execFileSync('ip', ['-V'])
    return true
  } catch {
    return false
  }
}

/**
 * Another host, as far as the network goes: a namespace joined to this one by a veth pair, with nothing else in it.
 * Needs root and Debian's iproute2. The pair goes with the namespace.
 */
export async function createNetworkNamespace(): Promise<NetworkNamespace> {
  const id = process.pid % 10_000
  const name = `nghisu${id}`
  const [outside, inside] = [`nsa${id}`, `nsb${id}`]
  const subnet = `10.231.${id % 250}`
  await ip('netns', 'add', name)
  try {
    await ip('link', 'add', outside, 'type', 'veth', 'peer', 'name', inside)
    await ip('link', 'set', inside, 'netns', name)
    await ip('addr', 'add', `${subnet}.1/24`, 'dev', outside)
    await ip('link', 'set', outside, 'up')
    await ip('-n', name, 'addr', 'add', `${subnet}.2/24`, 'dev', inside)
    await ip('-n', name, 'link', 'set', inside, 'up')
    await ip('-n', name, 'link', 'set', 'lo', 'up')
  } catch (error) {
    await ip('netns', 'delete', name)
    throw error
  }
  let address = 2
  return {
    name,
    hostAddress: `${subnet}.1`,
    async changeAddress() {
      await ip('-n', name, 'addr', 'del', `${subnet}.${address}/24`, 'dev', inside)
      address += 1
      await ip('-n', name, 'addr', 'add', `${subnet}.${address}/24`, 'dev', inside)
    },
    async unplug() {
      await ip('link', 'set', outside, 'down')
      return async () => { await ip('link', 'set', outside, 'up') }
    },
    async refuseUdp() { await ip('-n', name, 'rule', 'add', 'ipproto', 'udp', 'prohibit') },
    remove: async () => { await ip('netns', 'delete', name) },
  }
}
