import { defineConfig } from 'vitest/config'
import vue from '@vitejs/plugin-vue'

/** Chromium sends fewer layers of a picture, or smaller ones, where the machine is busy with something else. */
const NEED_THE_MACHINE = ['six', 'layers', 'blur'].map((name) => `tests/journeys/media-${name}.test.ts`)

/** Whole meetings in real browsers, after everything else. */
function journeys(test: { name: string, include: string[], exclude?: string[], maxWorkers: number, sequence: { groupOrder: number } }) {
  return { extends: true as const, test: { environment: 'node' as const, testTimeout: 300_000, hookTimeout: 120_000, ...test } }
}

export default defineConfig({
  test: {
    globalSetup: ['tests/support/postgres-setup.ts'],
    // One more than the smallest machine has cores: tests wait for PostgreSQL and for processes of their own.
    maxWorkers: 3,
    projects: [
      {
        extends: true,
        plugins: [vue()],
        test: {
          name: 'unit',
          environment: 'node',
          include: [
            '{server,protocol,sfu,client,setup,migrations,bench}/**/*.test.ts',
            'tests/contracts/**/*.test.ts',
            'tests/*.test.ts',
          ],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      // They wait as much as they work, so two at once keep two cores busy; three rooms at once would stand still.
      journeys({
        name: 'journeys', include: ['tests/journeys/**/*.test.ts'], exclude: NEED_THE_MACHINE, maxWorkers: 2, sequence: { groupOrder: 1 },
      }),
      journeys({ name: 'pictures', include: NEED_THE_MACHINE, maxWorkers: 1, sequence: { groupOrder: 2 } }),
    ],
  },
})
