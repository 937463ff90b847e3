import { init } from 'virtual:desk-icons'
import { addIcon } from './icon.ts'

init(addIcon)
