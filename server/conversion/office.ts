import { copyFile, mkdir, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { ProgramFailure, runProgram, type Bounds } from './programs.ts'

const MB = 1024 ** 2

export const OFFICE_BOUNDS: Bounds = { wallMs: 180_000, memoryBytes: 4096 * MB, fileBytes: 1024 * MB }

/** LibreOffice ends so after it has made its profile, and wants to be started again. */
const STARTED_ANEW = 81
const STARTS = 3

/** The kinds of files that LibreOffice makes readable, and what their names end in: it goes by that where contents are alike. */
export const OFFICE_TYPES: Readonly<Record<string, string>> = {
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': 'pptx',
  'application/vnd.oasis.opendocument.text': 'odt',
  'application/vnd.oasis.opendocument.spreadsheet': 'ods',
  'application/vnd.oasis.opendocument.presentation': 'odp',
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/tiff': 'tiff',
  'image/webp': 'webp',
}

const setting = (node: string, name: string, value: string) =>
  `<item oor:path="/org.openoffice.${node}"><prop oor:name="${name}" oor:op="fuse"><value>${value}</value></prop></item>`

/**
 * No macro runs, no link is followed, nothing is fetched, whatever a file asks for. Without the third of these a picture that a
 * file names by its place on this server is drawn into the PDF. "Never" is 0 to Writer and 1 to Calc.
 */
const SETTINGS = `<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
${[
  setting('Office.Common/Security/Scripting', 'DisableMacrosExecution', 'true'),
  setting('Office.Common/Security/Scripting', 'MacroSecurityLevel', '3'),
  setting('Office.Common/Security/Scripting', 'BlockUntrustedRefererLinks', 'true'),
  setting('Office.Common/Security/Scripting', 'DisableActiveContent', 'true'),
  setting('Office.Writer/Content/Update', 'Link', '0'),
  setting('Office.Calc/Content/Update', 'Link', '1'),
].join('\n')}
</oor:items>
`

/**
 * Makes a PDF of the file at `source`, which it only reads, within `folder`, which is its alone. Gives the PDF's path.
 * Throws `ProgramFailure`; `broken` is one with reason `status`: LibreOffice says nothing of files that it cannot read.
 */
export async function officeToPdf(
  source: string, mediaType: string, { folder, signal, bounds = OFFICE_BOUNDS }: { folder: string, signal: AbortSignal, bounds?: Bounds },
): Promise<string> {
  const extension = OFFICE_TYPES[mediaType]
  if (!extension) throw new Error(`${mediaType} is no kind of office file`)
  const profile = path.join(folder, 'profile')
  const input = path.join(folder, `in.${extension}`)
  await mkdir(path.join(profile, 'user'), { recursive: true })
  await writeFile(path.join(profile, 'user', 'registrymodifications.xcu'), SETTINGS)
  await copyFile(source, input)
  const args = [
    `-env:UserInstallation=${pathToFileURL(profile).href}`, '--headless', '--nologo', '--norestore', '--nolockcheck', '--nodefault',
    '--convert-to', 'pdf', '--outdir', folder, input,
  ]
  for (let start = 1; ; start += 1) {
    try {
      await runProgram('soffice.bin', args, { folder, bounds, signal })
      break
    } catch (error) {
      if (!(error instanceof ProgramFailure && error.status === STARTED_ANEW && start < STARTS)) throw error
    }
  }
  const made = path.join(folder, 'in.pdf')
  if (!(await stat(made).catch(() => undefined))?.size) throw new ProgramFailure('LibreOffice made nothing of the file', 'status', 0)
  return made
}
