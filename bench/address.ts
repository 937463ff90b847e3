import os from 'node:os'

/**
 * The address over which media is exchanged: this machine's own, since Janus gathers no candidate at 127.0.0.1. Packets
 * between two sockets of one machine take the loopback way, whatever the address.
 */
export function mediaAddress(): string {
  const found = Object.values(os.networkInterfaces()).flatMap((all) => all ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)
  if (!found) throw new Error('This machine has no IPv4 address but 127.0.0.1, which Janus does not use for media.')
  return found.address
}
