/**
 * What counts as a meeting online, of one with that alias: online or hybrid. Kết luận 226-KL/TW asks for at least 60 % of a year's
 * conferences online against at most 40 % in person, and whoever may join a hybrid one from elsewhere does not meet in person.
 * Results, quotas, triage's facts and the years of the simulator count by it alike.
 */
export const countsOnline = (meeting: string) => `${meeting}.mode <> 'inPerson'`
