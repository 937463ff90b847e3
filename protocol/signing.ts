import { z } from 'zod'
import { Id, Sha256 } from './journal.ts'
import { PaperView } from './issuing.ts'
import { defineRoute } from './route.ts'

/**
 * Signing an issued paper: a PAdES baseline signature (B-B, ETSI EN 319 142-1) in its PDF. Either by a key that this
 * installation keeps for the signer, or by a signer elsewhere, such as the national token: who takes what is to be signed
 * and gives back a CMS.
 */

const params = z.object({ paperId: Id })
const errors = ['paperNotFound', 'notSigner', 'paperNotInForce', 'paperWithoutFile', 'alreadySigned'] as const

export const signPaper = defineRoute({
  id: 'issuing.sign', method: 'post', path: '/api/papers/:paperId/signature', access: 'signedIn',
  errors: [...errors, 'signingKeyMissing', 'signingKeyUnusable'],
  summary: 'The person named as signer signs with the key that the administrator configured for them or for their office.', params, response: PaperView,
})

export const prepareSignature = defineRoute({
  id: 'issuing.prepareSignature', method: 'post', path: '/api/papers/:paperId/signature/preparation', access: 'signedIn', errors,
  summary: 'What a signer elsewhere is to sign: the SHA-256 of the bytes of the prepared PDF that a detached CMS (ETSI.CAdES.detached) is made over. It waits an hour.',
  params, response: z.object({
    preparationId: Id, sha256: Sha256,
    /** Bytes that the CMS may have. */
    room: z.int().positive(),
  }),
})

export const downloadPrepared = defineRoute({
  id: 'issuing.preparedBytes', method: 'get', path: '/api/papers/:paperId/signature/preparation/:preparationId', access: 'signedIn', errors: ['paperNotFound', 'preparationNotFound'],
  summary: 'These bytes themselves, for signers that hash by themselves.', params: params.extend({ preparationId: Id }), response: { stream: 'application/octet-stream' },
})

export const completeSignature = defineRoute({
  id: 'issuing.completeSignature', method: 'post', path: '/api/papers/:paperId/signature/completion', access: 'signedIn',
  errors: [...errors, 'preparationNotFound', 'signatureInvalid'],
  summary: 'Takes back the CMS (DER, base64). It must hold for the prepared bytes and name its certificate (signing-certificate-v2).',
  params, body: z.object({ preparationId: Id, cms: z.base64().max(100_000) }), response: PaperView,
})
