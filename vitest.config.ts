import { defineConfig } from 'vitest/config'
import vue from '@vitejs/plugin-vue'

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
      {
        extends: true,
        test: {
          name: 'journeys',
          environment: 'node',
          include: ['tests/journeys/**/*.test.ts'],
          // Whole meetings in real browsers, one after the other: they share the machine's cores and media ports.
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
