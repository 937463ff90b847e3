/* global self */
/* Shows what the server pushes, and opens its page when it is touched. Keeps nothing and fetches nothing. */

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
