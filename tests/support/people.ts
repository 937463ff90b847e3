import type { PersonKind } from '../../protocol/identity.ts'
import { hashPassword } from '../../server/identity/identity.ts'
import { createClient, type Client } from './client.ts'
import type { TestServer } from './server.ts'

export const PASSWORD = 'Sông Bình sơn 12'
let kept: Promise<string> | undefined

/** An account with PASSWORD. */
export async function person(server: Pick<TestServer, 'domains'>, username: string, options: { administrator?: boolean, fullName?: string, kind?: PersonKind } = {}) {
  const passwordHash = await (kept ??= hashPassword(PASSWORD))
  const { fullName = 'Lê Thị Thử', administrator = false, kind = 'person' } = options
  const account = await server.domains.identity.install({ kind, fullName, office: 'Chuyên viên', username, administrator, passwordHash })
  return { username, personId: account.person.id }
}

/** A browser in which a new person is signed in. */
export async function signedIn(
  server: Pick<TestServer, 'domains' | 'origin'>, username: string, options: { administrator?: boolean, fullName?: string, kind?: PersonKind } = {},
): Promise<{ client: Client, username: string, personId: string }> {
  const made = await person(server, username, options)
  const client = createClient(server.origin)
  await client.signIn(username, PASSWORD)
  return { client, ...made }
}
