import { stripVTControlCharacters } from 'node:util'

/** A step that cannot go on for a reason that the person at the keyboard can mend: what happened, and what to do. */
export class SetupFailure extends Error {
  constructor(message, remedy) {
    super(message)
    this.name = 'SetupFailure'
    this.remedy = remedy
  }
}

const NETWORK = /ENOTFOUND|EAI_AGAIN|ECONN(REFUSED|RESET)|ETIMEDOUT|E(NET|HOST)UNREACH|ERR_SOCKET_TIMEOUT|network timeout/
const CERTIFICATE = /UNABLE_TO_VERIFY|SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER|CERT_HAS_EXPIRED/
const MIRROR = /Could not (resolve|connect)|Temporary failure|Failed to fetch|Unable to connect|Connection timed out/i
const ANSWER = /\bE(40[134]|429|50[0234])\b/

export function isDiskFull(text) {
  return /ENOSPC|EDQUOT|no space left on device|Disk quota exceeded/i.test(text)
}

export function isNotPermitted(text) {
  return /\b(EACCES|EPERM|EROFS)\b|Permission denied|Read-only file system/i.test(text)
}

/** The end of what a program printed, without the frames of its stack. */
function tail(text, lines = 20) {
  const plain = stripVTControlCharacters(text)
  return plain.trim().split('\n').filter((line) => !/^\s+at /.test(line)).slice(-lines).join('\n')
}

export function diskFull(place) {
  return new SetupFailure(
    `The disk that holds ${place} is full.`,
    'Free some space there (about 2 GB are needed the first time), then start again.',
  )
}

export function notPermitted(place) {
  return new SetupFailure(
    `There is no right to write ${place}.`,
    'Give the folder to the user who starts the program (chown -R), or start as the user who owns it.',
  )
}

/** What the output of a failed `npm ci` means. */
export function npmFailure(output, registry, place) {
  if (isDiskFull(output)) return diskFull(place)
  if (CERTIFICATE.test(output)) {
    return new SetupFailure(
      `The package registry ${registry} answers with a certificate that this machine does not trust.`,
      'Name the authority that signed it: npm config set cafile /path/to/ca.pem, then start again.',
    )
  }
  if (NETWORK.test(output) || ANSWER.test(output)) {
    const why = NETWORK.exec(output)?.[0] ?? ANSWER.exec(output)?.[0]
    return new SetupFailure(
      `The package registry ${registry} is out of reach (${why}).`,
      'Check the network or the proxy, or name a registry within reach (npm config set registry https://…), then start again.',
    )
  }
  if (isNotPermitted(output)) return notPermitted(place)
  return new SetupFailure(`npm ci failed:\n${tail(output)}`, 'Mend what npm names above, then start again.')
}

/** What the output of a failed apt-get means. */
export function aptFailure(output, packages) {
  if (isDiskFull(output)) return diskFull('/var')
  if (MIRROR.test(output)) {
    return new SetupFailure(
      `The package mirror of this system is out of reach: ${tail(output, 3)}`,
      `Check the network and /etc/apt/sources.list, then start again. Needed: ${packages.join(' ')}`,
    )
  }
  return new SetupFailure(
    `apt-get could not install ${packages.join(' ')}:\n${tail(output)}`,
    'Mend what apt-get names above, then start again.',
  )
}

/** Any other failure of a program that a step ran. */
export function programFailure(name, output, place, remedy) {
  if (isDiskFull(output)) return diskFull(place)
  return new SetupFailure(`${name} failed:\n${tail(output)}`, remedy)
}

/** A failed file operation of ours. */
export function fileFailure(error, place) {
  if (error instanceof SetupFailure) return error
  const text = `${error.code ?? ''} ${error.message}`
  if (isDiskFull(text)) return diskFull(place)
  if (isNotPermitted(text)) return notPermitted(place)
  return error
}
