import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'

/** Where `.ci/run` reads off what passed and failed. */
const reportFile = process.env['PGWIRE_TEST_REPORT']

/** Tests that meet the server of the run through `sharedServer`, wherever it comes from. */
const sharing = ['test/{conformance,integration}/**/*.test.ts']

const globalSetup = 'test/support/global-setup.ts'

export default defineConfig({
  test: {
    pool: 'forks',
    watch: false,
    // For what hangs, and not for what takes its time on a busy machine.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 20_000,
    // Vitest's own is a second, which a machine that has other things to do can take for what happens at once.
    expect: { poll: { timeout: 15_000 } },
    reporters: reportFile === undefined ? ['default'] : ['default', ['json', { outputFile: reportFile }]],
    projects: [
      // No server, no other room's mocks: seconds.
      project('unit', ['packages/*/src/**/*.test.ts', 'test/{support,bench}/**/*.test.ts', 'tools/**/*.test.ts']),
      project('integration', [...sharing, 'test/{codegen,faults,types,package,process}/**/*.test.ts'], { globalSetup }),
      // Only by `pnpm test:containers`, which starts the server that PG_TEST_URL then names.
      project('containers', [...sharing, 'test/containers/**/*.test.ts'], { globalSetup }),
    ],
  },
})

function project(name: string, include: string[], more: { globalSetup?: string } = {}): TestProjectInlineConfiguration {
  return { extends: true, test: { name, include, ...more } }
}
