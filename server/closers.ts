import type { Logger } from 'pino'

type Closer = () => unknown

/**
 * What was opened, to be closed in the opposite order: each step even when another failed. `closeAll` may be called
 * twice.
 */
export function createClosers(log: Pick<Logger, 'error'>) {
  const opened: { name: string, close: Closer }[] = []
  let closing: Promise<void> | undefined

  async function run(): Promise<void> {
    for (const { name, close } of opened.toReversed()) {
      try {
        await close()
      } catch (err) {
        log.error({ err, part: name }, 'could not be closed in order')
      }
    }
  }

  return {
    add(name: string, close: Closer): void { opened.push({ name, close }) },
    closeAll: (): Promise<void> => closing ??= run(),
  }
}

export type Closers = ReturnType<typeof createClosers>
