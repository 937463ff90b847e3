/** The application itself, for where there is no network: the service worker answers with it. Public files, no secrets. */

const WORKER = '/push-worker.js'
const LIST = '/offline-shell.json'

async function tell(message: object): Promise<void> {
  const registration = await navigator.serviceWorker.register(WORKER)
  const worker = (await navigator.serviceWorker.ready).active ?? registration.active
  if (!worker) throw new Error('the service worker did not start')
  const { port1, port2 } = new MessageChannel()
  await new Promise<void>((resolve, reject) => {
    port1.onmessage = ({ data }: MessageEvent<{ ok: boolean }>) => data.ok ? resolve() : reject(new Error('the application could not be kept'))
    worker.postMessage(message, [port2])
  })
}

export async function keepShell(): Promise<void> {
  const answer = await fetch(LIST, { cache: 'no-store' })
  await tell({ type: 'keep-shell', files: await answer.json() as string[] })
}

export async function dropShell(): Promise<void> {
  if (await navigator.serviceWorker.getRegistration(WORKER)) await tell({ type: 'drop-shell' })
}
