/** What stands for a person without a picture: the initial of the given name, which comes last. */
export const givenInitial = (fullName: string): string =>
  fullName.slice(fullName.lastIndexOf(' ') + 1).slice(0, 1).toLocaleUpperCase('vi')
