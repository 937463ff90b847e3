import { defineConfig } from 'vitest/config'
import vue from '@vitejs/plugin-vue'

/** Chromium sends fewer layers of a picture, or smaller ones, where the machine is busy with something else. */
const NEED_THE_MACHINE = ['six', 'layers', 'blur'].map((name) => `tests/journeys/media-${name}.test.ts`)

/** Most of their minutes they wait for a cut to end, beside what has work to do. */
const WAIT = ['never-ends', 'media-network'].map((name) => `tests/journeys/${name}.test.ts`)

const unit = { environment: 'node', testTimeout: 30_000, hookTimeout: 60_000 } as const

/** Whole meetings in real browsers. */
function journeys(test: { name: string, include: string[], exclude?: string[], maxWorkers: number, sequence: { groupOrder: number } }) {
  return { extends: true as const, test: { environment: 'node' as const, testTimeout: 300_000, hookTimeout: 120_000, ...test } }
}

export default defineConfig({
  test: {
    globalSetup: ['tests/support/postgres-setup.ts'],
    // One more than the smallest machine has cores: tests wait for PostgreSQL and for processes of their own.
    maxWorkers: 3,
    projects: [
      // They keep nothing in modules, so the files of a worker load the server once.
      {
        extends: true,
        test: {
          ...unit, name: 'unit', isolate: false, include: ['{server,protocol,sfu,setup,migrations,bench}/**/*.test.ts', 'tests/{contracts/**/,}*.test.ts'],
        },
      },
      { extends: true, plugins: [vue()], test: { ...unit, name: 'client', include: ['client/**/*.test.ts'] } },
      journeys({ name: 'cuts', include: WAIT, maxWorkers: 3, sequence: { groupOrder: 0 } }),
      // They wait as much as they work, so two at once keep two cores busy; three rooms at once would stand still.
      journeys({
        name: 'journeys', include: ['tests/journeys/**/*.test.ts'], exclude: [...NEED_THE_MACHINE, ...WAIT], maxWorkers: 2, sequence: { groupOrder: 1 },
      }),
      journeys({ name: 'pictures', include: NEED_THE_MACHINE, maxWorkers: 1, sequence: { groupOrder: 2 } }),
    ],
  },
})
