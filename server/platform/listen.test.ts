import { expect, it } from 'vitest'
import { createServer } from 'node:net'
import { assertPortFree, listen } from './listen.ts'

const portOf = (server: ReturnType<typeof createServer>) => {
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

it('opens a free port, and says what to do about a taken one', async () => {
  const first = createServer()
  await listen(first, { port: 0, listenAddress: '127.0.0.1' })
  const taken = { port: portOf(first), listenAddress: '127.0.0.1' }
  const message = expect.stringContaining(String(taken.port))
  const refusal = { code: 'portTaken', message, remedy: expect.stringContaining('PORT=') }
  await expect(listen(createServer(), taken)).rejects.toMatchObject(refusal)
  await expect(assertPortFree(taken)).rejects.toMatchObject(refusal)
  await new Promise((resolve) => first.close(resolve))
  await assertPortFree(taken)
})

it('says when the address is not one of this machine', async () => {
  await expect(assertPortFree({ port: 0, listenAddress: '192.0.2.1' })).rejects.toMatchObject({
    code: 'addressUnusable',
    remedy: expect.stringContaining('HOST'),
  })
})
