import { MEDIA_TYPES } from '../../protocol/media-type.ts'

/** What the chooser of files offers; the server goes by the content alone. */
export const ACCEPTED = [...MEDIA_TYPES, '.pdf', '.docx', '.xlsx', '.pptx', '.odt', '.ods', '.odp', '.png', '.jpg', '.jpeg', '.tif', '.tiff', '.webp'].join(',')
