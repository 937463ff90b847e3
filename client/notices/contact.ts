import { MailAddress, type Contact } from '../../protocol/notices.ts'

/** A contact as it is typed: an empty address is none. */
export interface ContactForm { email: string, language: Contact['language'] }

export const contactOf = ({ email, language }: ContactForm): Contact => ({ email: email.trim() || null, language })

/** What is wrong with the form, by field. */
export const validateContact = ({ email }: Partial<ContactForm>, message: string) =>
  email?.trim() && !MailAddress.safeParse(email).success ? [{ name: 'email', message }] : []
