/** One that can be chosen. `deviceId` '' is whatever the system prefers; its label is empty. */
export interface DeviceChoice { deviceId: string, label: string }

/**
 * The listed device that was chosen once: by its id, or by its name where the browser has given it another id since.
 * Null: it is not there, or the system's choice is wanted.
 */
export function findChosen(chosen: DeviceChoice, listed: readonly DeviceChoice[]): DeviceChoice | null {
  if (!chosen.deviceId) return null
  return listed.find((one) => one.deviceId === chosen.deviceId)
    ?? listed.find((one) => one.label !== '' && one.label === chosen.label) ?? null
}

/** Before any permission the browser tells neither ids nor names, so nothing can be said about what is there. */
export const areNamed = (listed: readonly DeviceChoice[]) => listed.some((one) => one.deviceId !== '')

/** The id to ask the browser for: what was chosen while that cannot be judged; '' (the system's choice) where it is not there. */
export function idInUse(chosen: DeviceChoice, listed: readonly DeviceChoice[]): string {
  return areNamed(listed) ? findChosen(chosen, listed)?.deviceId ?? '' : chosen.deviceId
}
