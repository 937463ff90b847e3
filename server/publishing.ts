import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { deliveringStore } from './issuing/delivering-store.ts'
import { createDelivering, PAPER_MAIL } from './issuing/delivering.ts'
import { issuingStore } from './issuing/issuing-store.ts'
import { createIssuing, type Issued, type IssuingDeps, type NewPaper } from './issuing/issuing.ts'
import { createPaperLinks } from './issuing/links.ts'
import { mailsStore } from './issuing/mails-store.ts'
import { createPaperMails } from './issuing/mails.ts'
import { papersStore } from './issuing/papers-store.ts'
import { createPapers } from './issuing/papers.ts'
import type { Press } from './issuing/press.ts'
import { registerStore } from './issuing/register-store.ts'
import { createRegister } from './issuing/register.ts'
import { mountIssuing } from './issuing/routes.ts'
import { createSigningKeys } from './issuing/signing-keys.ts'
import { signingStore } from './issuing/signing-store.ts'
import { createSigning } from './issuing/signing.ts'
import { templatesStore } from './issuing/templates-store.ts'
import { createPaperTemplates } from './issuing/templates.ts'
import { usualStore } from './issuing/usual-store.ts'
import { createUsualRecipients } from './issuing/usual.ts'
import type { Journal } from './journal/journal.ts'
import { createMailer, type MailSettings } from './notices/mail.ts'
import type { Notices } from './notices/notices.ts'
import type { Caller, MountRoute } from './platform/contract.ts'
import type { Files } from './platform/files.ts'
import type { Jobs } from './platform/jobs.ts'

export interface PublishingDeps extends Pick<IssuingDeps, 'bodies' | 'people'> {
  db: Knex
  journal: Pick<Journal, 'run'>
  files: Files
  press: Press
  /** Known once everything is wired: invitations are issued here, and send notices. */
  sendNotices: Notices['send']
  /** The ways out of the product; undefined: nothing leaves. */
  outside: { mail: MailSettings | undefined, linkOrigin: string, jobs: Jobs } | undefined
  /** Names the signing keys of this installation; undefined: there are none. */
  signingKeysFile: string | undefined
  secret(purpose: string): Buffer
  log: Pick<Logger, 'warn'>
  now?: (() => Date) | undefined
}

/** Official papers: numbers, recipients, receipts, templates, signatures. */
export function createPublishing({ db, journal, files, press, sendNotices, outside, signingKeysFile, secret, bodies, people, log, now }: PublishingDeps) {
  const clock = now ? { now } : {}
  const templates = createPaperTemplates({ db, store: templatesStore, ...clock })
  const delivering = createDelivering({ store: deliveringStore, notices: { send: sendNotices }, jobs: outside?.jobs ?? { wake: async () => {} } })
  const issuing = createIssuing({ store: issuingStore, delivering, templateFor: templates.templateFor, bodies, people })
  const signer = createSigningKeys({
    file: signingKeysFile, env: process.env, ...clock,
    usernameOf: async (personId) => (await db('account').where({ person_id: personId }).first<{ username: string } | undefined>('username'))?.username ?? null,
    bodyNameOf: async (bodyId) => (await bodies([bodyId]))[0]?.name ?? null,
  })
  const papers = createPapers({ db, journal, store: papersStore, issuing, delivering, people, hasKey: signer.has, ...clock })
  const register = createRegister({ db, store: registerStore, numbers: issuingStore, bodies, ...clock })
  const usual = createUsualRecipients({ db, store: usualStore, delivering, requireOffice: register.requireOffice })
  const signing = createSigning({ db, files, press, store: signingStore, signer, papers, ...clock })
  const mailer = outside?.mail && createMailer(outside.mail, outside.linkOrigin)
  const mails = createPaperMails({ db, store: mailsStore, links: createPaperLinks({ secret: secret('paper links'), ...clock }), mailer, log, ...clock })

  return {
    issuing, templates, delivering, papers, usual, register, signing, mails,
    /** Issues a paper of a meeting in a command of its own: for who has none, as the demo. */
    issueOf: (meetingId: string, { personId: actorId }: Caller, key: string, paper: NewPaper): Promise<Issued> =>
      journal.run(meetingId, { actorId, key }, (tx) => issuing.issue(tx, paper)),
    queue: { name: PAPER_MAIL, cron: '* * * * *', look: mails.run },
    mountRoutes(route: MountRoute): void { mountIssuing(route, { papers, usual, register, signing, templates, mails, press }) },
    close(): void { mailer?.close() },
  }
}

export type Publishing = ReturnType<typeof createPublishing>
