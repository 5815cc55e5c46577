// Who may import whom. `npm run arch` (scripts/arch.mjs) runs these rules; tests/architecture shows each of them red.

const TEST = '\\.test\\.ts$';
const TEST_CODE = [TEST, '(^|/)testing/', '(^|/)test/', '^packages/testkit/', '^tests/'];
const PACKAGE = (names) => `^packages/(${names})/`;

/** A package may import only these workspaces; its tests may import more. */
const layer = (name, mayImport, comment) => ({
  name: `${name}-layer`,
  severity: 'error',
  comment,
  from: { path: PACKAGE(name), pathNot: TEST_CODE },
  to: { path: '^(packages|services|tools)/', pathNot: PACKAGE([name, ...mayImport].join('|')) },
});

module.exports = {
  forbidden: [
    {
      name: 'no-service-to-service',
      severity: 'error',
      comment: 'services meet only through @tributary/contracts; standalone alone composes them all',
      from: { path: '^services/(?!standalone/)([^/]+)/' },
      to: { path: '^services/([^/]+)/', pathNot: '^services/$1/' },
    },
    {
      name: 'standalone-through-compositions',
      severity: 'error',
      comment: 'even standalone knows no more of a service than its composition',
      from: { path: '^services/standalone/' },
      to: { path: '^services/(?!standalone/)', pathNot: '^services/[^/]+/src/composition\\.ts$' },
    },
    {
      name: 'no-package-to-service',
      severity: 'error',
      comment: 'packages stand below the services',
      from: { path: '^packages/' },
      to: { path: '^(services|tools)/' },
    },
    {
      name: 'no-tool-to-service',
      severity: 'error',
      comment: 'command-line tools use the public API, like anybody else',
      from: { path: '^tools/', pathNot: TEST },
      to: { path: '^services/' },
    },
    layer('contracts', ['money'], 'contracts is a leaf: whoever reads it reads no machinery'),
    layer('messaging', ['contracts', 'money'], 'messaging knows nothing of HTTP, configuration or services'),
    layer('service-kit', ['contracts', 'messaging', 'money'], 'the kit serves every service, so it knows none of the domain'),
    layer('money', [], 'amounts depend on nothing'),
    layer('rules', ['money'], 'predicates depend on nothing but amounts'),
    layer('calendar', ['money'], 'periods depend on nothing but amounts'),
    layer(
      'engine',
      ['money', 'rules', 'calendar', 'contracts'],
      'the fold is pure and is run by commission, by audit and by the offline verifier',
    ),
    {
      name: 'pure-packages-import-no-machinery',
      severity: 'error',
      comment: 'money, rules, calendar and engine reach no file, socket, process or framework',
      from: { path: '^packages/(money|rules|calendar|engine)/src/', pathNot: TEST_CODE },
      to: { pathNot: ['^packages/(money|rules|calendar|engine|contracts)/', 'node_modules/(dinero\\.js|zod)/'] },
    },
    {
      name: 'domain-is-pure',
      severity: 'error',
      comment: 'domain imports only domain, money, calendar, rules, engine and contracts',
      from: { path: '^services/.+/domain/', pathNot: TEST_CODE },
      to: { pathNot: ['^services/.+/domain/', '^packages/(money|calendar|rules|engine|contracts)/'] },
    },
    {
      name: 'use-cases-know-no-drivers',
      severity: 'error',
      comment: 'PostgreSQL, AMQP and the generated client are built in adapters and composition; a use case may name their types',
      from: {
        path: '^services/(?!standalone/)[^/]+/src/',
        pathNot: [...TEST_CODE, '/adapters/', '/src/generated/', '/src/main\\.ts$', '/src/composition\\.ts$'],
      },
      to: {
        path: ['/adapters/', '^services/[^/]+/src/generated/', 'node_modules/(@prisma|amqplib|amqp-connection-manager|pg|pg-boss)/'],
      },
    },
    {
      name: 'features-do-not-reach-into-each-other',
      severity: 'error',
      comment: 'of another feature, only its domain, and its store to load from',
      from: { path: '^services/([^/]+)/src/([^/]+)/', pathNot: TEST_CODE },
      to: {
        path: '^services/$1/src/([^/]+)/',
        pathNot: ['^services/$1/src/$2/', '^services/$1/src/(shared|generated|adapters)/', '/domain/', '-store\\.ts$'],
      },
    },
    {
      name: 'no-test-code-in-product',
      severity: 'error',
      comment: 'test helpers and the testkit are for tests',
      from: { path: '^(packages|services|tools)/', pathNot: [...TEST_CODE, '^packages/[^/]+/scripts/'] },
      to: { path: TEST_CODE },
    },
    {
      name: 'no-dist-imports',
      severity: 'error',
      comment: 'sources import sources: what is built may be old',
      from: { path: '^(packages|services|tools)/' },
      to: { path: '^(packages|services|tools)/[^/]+/dist/' },
    },
    { name: 'no-circular', severity: 'error', comment: 'a circle has no beginning to read from', from: {}, to: { circular: true } },
    {
      name: 'not-to-unresolvable',
      severity: 'error',
      comment: 'an import that leads nowhere (the generated client is there only after `npm run generate`)',
      from: {},
      to: { couldNotResolve: true, pathNot: '/generated/' },
    },
  ],
  options: {
    parser: 'swc', // the default parser needs TypeScript's JavaScript API, which version 7 lacks: it would see no module at all and pass
    tsPreCompilationDeps: true,
    doNotFollow: { path: ['node_modules', '/src/generated/', '/dist/'] },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'default', 'require'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
