/** Lets acts follow one another, whether or not the one before succeeded. */
export function oneAfterTheOther() {
  let last: Promise<unknown> = Promise.resolve()
  return <T>(act: () => Promise<T>): Promise<T> => {
    const turn = last.then(act, act)
    last = turn
    return turn
  }
}
