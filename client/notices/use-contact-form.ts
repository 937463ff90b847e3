import { computed, reactive, shallowRef } from 'vue'
import { Contact, type ContactChange } from '../../protocol/notices.ts'
import { toApiError } from '../app/api-error.ts'
import { contactOf, type ContactForm } from './contact.ts'

/** A contact being edited; what somebody else made of it meanwhile is shown and not overwritten unasked. */
export function useContactForm() {
  const form = reactive<ContactForm>({ email: '', language: 'vi' })
  const before = shallowRef<Contact | null>(null)
  const theirs = shallowRef<Contact | null>(null)

  return {
    form,
    loaded: computed(() => before.value !== null),
    /** What the server has by now, where a change was refused for it. */
    theirs,
    take({ email, language }: Contact) {
      before.value = { email, language }
      theirs.value = null
      Object.assign(form, { email: email ?? '', language })
    },
    /** Sends the form; the next time it goes against what the server has by now. */
    async save<T>(send: (change: ContactChange) => Promise<T>): Promise<T> {
      const contact = contactOf(form)
      try {
        const answer = await send({ ...contact, before: before.value ?? contact })
        before.value = contact
        theirs.value = null
        return answer
      } catch (error) {
        const { code, details } = toApiError(error)
        const found = code === 'contactChanged' ? Contact.safeParse(details.contact).data : undefined
        if (found) before.value = theirs.value = found
        throw error
      }
    },
  }
}
