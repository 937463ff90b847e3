/* global self, caches, indexedDB, Request, Response */
/* Shows what the server pushes, and opens its page when it is touched; of that it keeps nothing. */

self.addEventListener('push', (event) => {
  let message
  try {
    message = event.data.json()
  } catch {
    return
  }
  event.waitUntil(self.registration.showNotification(String(message.title), {
    body: String(message.body), tag: String(message.tag), icon: '/favicon.svg', data: { link: String(message.link) },
  }))
})

self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  const target = new URL(event.notification.data?.link ?? '/', self.location.origin)
  // To a page of this product and nowhere else.
  if (target.origin !== self.location.origin) return
  event.waitUntil(self.clients.matchAll({ type: 'window' }).then(async (pages) => {
    const page = pages.find((one) => 'focus' in one)
    if (!page) return await self.clients.openWindow(target.href)
    await page.focus()
    return await page.navigate(target.href)
  }))
})

/* Without a network: answers with the application that a person keeps on this device (client/offline). Documents are not here. */

const SHELL = 'nghi-su.shell'
const KEPT = 'nghi-su.kept'

self.addEventListener('install', () => { void self.skipWaiting() })
self.addEventListener('activate', (event) => { event.waitUntil(self.clients.claim()) })

self.addEventListener('message', (event) => {
  const { type, files } = event.data ?? {}
  const act = type === 'keep-shell' ? keepShell : type === 'drop-shell' ? () => caches.delete(SHELL) : undefined
  if (!act) return
  event.waitUntil(act(files).then(() => event.ports[0]?.postMessage({ ok: true }), () => event.ports[0]?.postMessage({ ok: false })))
})

/** Fetches what is new of the application and forgets what no longer belongs to it. */
async function keepShell(files) {
  const shell = await caches.open(SHELL)
  await shell.add(new Request('/', { cache: 'no-store' }))
  const wanted = new Set(files.map((file) => new URL(file, self.location.origin).href))
  const have = new Set((await shell.keys()).map(({ url }) => url))
  await shell.addAll([...wanted].filter((url) => !have.has(url)))
  for (const url of have) if (!wanted.has(url) && new URL(url).pathname !== '/') await shell.delete(url)
}

self.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== self.location.origin) return
  if (request.mode === 'navigate') {
    event.waitUntil(forgetOverdue())
    event.respondWith(fetch(request).catch(async (error) => {
      const page = await caches.match('/', { cacheName: SHELL })
      if (!page) throw error
      return page
    }))
  } else if (pathname.startsWith('/assets/')) {
    // Their names hold a hash of what is in them.
    event.respondWith(caches.match(request, { cacheName: SHELL }).then((kept) => kept ?? fetch(request)))
  } else if (pathname.startsWith('/pdf/')) {
    event.respondWith(fetch(request).catch(() => caches.match(request, { cacheName: SHELL }).then((kept) => kept ?? Response.error())))
  }
})

/** Forgets the keys of documents whose time has come; what they locked can be read by nobody from then on. */
async function forgetOverdue() {
  const known = await indexedDB.databases?.() ?? []
  if (!known.some(({ name }) => name === KEPT)) return
  await new Promise((resolve) => {
    const opening = indexedDB.open(KEPT)
    opening.onerror = resolve
    opening.onsuccess = () => {
      const db = opening.result
      const transaction = db.transaction('keys', 'readwrite')
      transaction.oncomplete = transaction.onabort = () => {
        db.close()
        resolve()
      }
      transaction.objectStore('keys').openCursor().onsuccess = ({ target: { result: cursor } }) => {
        if (!cursor) return
        if (cursor.value.until <= new Date().toISOString()) cursor.delete()
        cursor.continue()
      }
    }
  })
}
