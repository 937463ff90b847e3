/** Where this browser remembers uploads that are not done; what stands there goes when the person signs out. */
export const UNFINISHED_UPLOADS = 'nghi-su.uploads'
