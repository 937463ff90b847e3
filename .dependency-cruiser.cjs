// The direction of dependencies drawn in docs/architecture.md, held by `npm run lint`.
const DOMAINS = 'identity|bodies|meetings|agenda|attendance|documents|voting|secret-ballots|minutes|order|chat|recording|proposals|procedures|conversion|search|floor|conclusions|tasks|surveys|opinions|triage|resolutions|results|costs|simulation'

/** Of server/issuing: the press, and what a signature is made of. */
const PRINTING = 'paper|layout|template|dates|fonts|pdf|docx|workbook|code-sheet|press|press-worker|compose|sample|pdf-signature|cms|pkcs12'

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'A cycle means that two files are one thing, or that a rule stands in the wrong place.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'protocol-imports-nothing-of-ours',
      comment: 'protocol/ is the wire contract: server, media node and browser all load it.',
      severity: 'error',
      from: { path: '^protocol/' },
      to: { path: '^(server|sfu|client|migrations|tests|setup|bench)/' },
    },
    {
      name: 'protocol-runs-in-a-browser',
      severity: 'error',
      from: { path: '^protocol/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'synthetic-years-know-no-rules',
      comment: 'Otherwise a simulation would prove what was put into it.',
      severity: 'error',
      from: { path: '^protocol/synthetic-year\\.ts$' },
      to: { path: '^protocol/(triage|replay|simulation|opinion)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'sfu-knows-mediasoup-and-protocol-only',
      comment: 'The media node never learns what a meeting is.',
      severity: 'error',
      from: { path: '^sfu/' },
      to: { path: '^(server|client|migrations|tests|setup|bench)/', pathNot: '^tests/support/ports\\.ts$' },
    },
    {
      name: 'ports-of-tests-are-for-tests',
      severity: 'error',
      from: { pathNot: '^(tests|bench)/|\\.test\\.ts$|^sfu/test-node\\.ts$' },
      to: { path: '^tests/support/ports\\.ts$' },
    },
    {
      name: 'benchmarks-stand-outside',
      comment: 'They run the product as it is; the browser runs the client.',
      severity: 'error',
      from: { path: '^bench/' },
      to: { path: '^(client|migrations|setup)/' },
    },
    {
      name: 'client-knows-protocol-only',
      severity: 'error',
      from: { path: '^client/' },
      to: { path: '^(server|sfu|migrations|tests|setup|bench)/' },
    },
    {
      name: 'server-never-imports-the-client-or-the-media-node',
      comment: 'The media node is another process, spoken to over its control socket.',
      severity: 'error',
      from: { path: '^server/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(client|sfu|tests|setup|bench)/' },
    },
    {
      name: 'nothing-imports-a-program',
      severity: 'error',
      from: { pathNot: '^tests/|\\.test\\.ts$' },
      to: { path: '^server/(main|operator)\\.ts$' },
    },
    {
      name: 'the-wiring-and-the-demo-stand-outside',
      comment: 'They know every domain; no domain knows them.',
      severity: 'error',
      from: { path: '^server/', pathNot: '^server/(app|domains|inviting|program|operator)\\.ts$|^server/demo/|\\.test\\.ts$' },
      to: { path: '^server/(app|domains|inviting|closers)\\.ts$|^server/demo/' },
    },
    {
      name: 'a-domain-never-imports-a-foreign-store',
      comment: "Another domain's rules file is its door; its store is its own.",
      severity: 'error',
      from: { path: '^server/([^/]+)/', pathNot: '^server/program\\.ts$' },
      to: { path: '^server/[^/]+/[a-z-]*store\\.ts$', pathNot: '^server/$1/' },
    },
    {
      name: 'a-domain-never-imports-foreign-edges',
      severity: 'error',
      from: { path: '^server/([^/]+)/', pathNot: '^server/program\\.ts$' },
      to: { path: '^server/[^/]+/(routes|live)\\.ts$', pathNot: '^server/$1/' },
    },
    {
      name: 'rules-know-no-edge',
      comment: 'routes, live and store depend on the rules, never the other way round.',
      severity: 'error',
      from: { path: `^server/(issuing|${DOMAINS})/(?![a-z-]*store|routes|live)[^/]+\\.ts$`, pathNot: '\\.test\\.ts$' },
      to: { path: '^server/[^/]+/([a-z-]*store|routes|live)\\.ts$' },
    },
    {
      name: 'platform-knows-no-domain',
      severity: 'error',
      from: { path: '^server/platform/', pathNot: '\\.test\\.ts$' },
      to: { path: `^server/(journal|${DOMAINS})/` },
    },
    {
      name: 'the-journal-knows-no-domain',
      severity: 'error',
      from: { path: '^server/journal/', pathNot: '\\.test\\.ts$' },
      to: { path: `^server/(${DOMAINS})/` },
    },
    {
      name: 'printing-knows-no-domain',
      comment: 'What sets, prints and signs files takes what it is handed: a service to every domain.',
      severity: 'error',
      from: { path: `^server/issuing/(${PRINTING})\\.ts$` },
      to: { path: `^server/(journal|notices|${DOMAINS})/|^server/issuing/(?!(${PRINTING})\\.ts$)` },
    },
    {
      name: 'issuing-knows-bodies-and-the-journal-alone',
      comment: 'Whoever decides hands over what is to be issued, in its own transaction.',
      severity: 'error',
      from: { path: '^server/issuing/', pathNot: '\\.test\\.ts$' },
      to: { path: `^server/(${DOMAINS})/`, pathNot: '^server/bodies/' },
    },
    {
      name: 'notices-know-no-domain',
      comment: 'Notices bring what they are handed to the people they are handed: a service to every domain.',
      severity: 'error',
      from: { path: '^server/notices/', pathNot: '\\.test\\.ts$' },
      to: { path: `^server/(journal|issuing|${DOMAINS})/` },
    },
    {
      name: 'ui-knows-no-domain',
      severity: 'error',
      from: { path: '^client/ui/' },
      to: { path: '^client/(?!ui/)' },
    },
    {
      name: 'no-unlisted-packages',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|data)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.vue', '.mjs', '.js', '.cjs', '.json'], exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default'] },
  },
}
