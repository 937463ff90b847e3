/** A one-time code as it is shown, once, to the administrator who made it. */
export interface IssuedCode {
  name: string
  username: string
  code: string
  /** ISO instant. */
  expiresAt: string
}
