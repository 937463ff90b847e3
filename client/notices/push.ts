import { subscribePush, unsubscribePush, type PushDevice } from '../../protocol/notices.ts'
import { call } from '../app/http.ts'

/** Web push in this browser: the service worker that shows it, and the subscription that it belongs to. */

const WORKER = '/push-worker.js'
const KEPT = 'nghi-su.push'

/** Whether this browser can be pushed to at all; some do so for installed pages alone. */
export const canPush = () => 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window

/** The id of this browser's subscription at the server. */
export const ownDevice = () => localStorage.getItem(KEPT)

/** As the person would call it in a list. */
function deviceName(): string {
  const { userAgent } = navigator
  const browser = /Edg\//.test(userAgent) ? 'Edge' : /Firefox\//.test(userAgent) ? 'Firefox' : /Chrome\//.test(userAgent) ? 'Chrome' : 'Safari'
  const system = /Android/.test(userAgent) ? 'Android' : /iPhone|iPad/.test(userAgent) ? 'iOS' : /Windows/.test(userAgent) ? 'Windows' : /Mac/.test(userAgent) ? 'macOS' : 'Linux'
  return `${browser} · ${system}`
}

const bytes = (base64url: string) => Uint8Array.from(atob(base64url.replaceAll('-', '+').replaceAll('_', '/')), (sign) => sign.charCodeAt(0))

/** Asks the person, subscribes this browser, and tells the server. False when the person said no. */
export async function subscribe(publicKey: string): Promise<PushDevice | null> {
  if (await Notification.requestPermission() !== 'granted') return null
  const registration = await navigator.serviceWorker.register(WORKER)
  await navigator.serviceWorker.ready
  const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(publicKey) })
  const { endpoint, keys } = subscription.toJSON()
  const device = await call(subscribePush, {
    body: { endpoint: endpoint ?? '', keys: { p256dh: keys?.p256dh ?? '', auth: keys?.auth ?? '' }, device: deviceName() },
  })
  localStorage.setItem(KEPT, device.id)
  return device
}

/** Ends a subscription at the server and, where it is this browser's, here too. */
export async function unsubscribe(id: string): Promise<void> {
  await call(unsubscribePush, { params: { id } })
  if (id !== ownDevice()) return
  localStorage.removeItem(KEPT)
  const registration = await navigator.serviceWorker.getRegistration(WORKER)
  await (await registration?.pushManager.getSubscription())?.unsubscribe()
}
