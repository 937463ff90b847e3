import { finishUpload, getScanner } from '../../protocol/uploads.ts'
import type { MountRoute } from '../platform/contract.ts'
import type { Uploads } from './uploads.ts'

export function mountUploads(route: MountRoute, uploads: Uploads): void {
  route(finishUpload, ({ params, caller }) => uploads.finish(params.uploadId, caller))
  route(getScanner, async () => ({ state: await uploads.scannerState() }))
}
