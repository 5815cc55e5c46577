// Jest's order of test files: those known to take minutes first, so that no worker sits on one of them alone at the end.
// Within that, Jest's own order: what failed or was slow the last time, then big files before small ones.

const Sequencer = require('@jest/test-sequencer').default;

const LONG = [/broker-faults/, /chaos/, /conformance/, /journey/, /exactly-once/, /convergence/, /tooling\/prisma/];
const rank = (file) => LONG.findIndex((pattern) => pattern.test(file)) + 1 || LONG.length + 1;

module.exports = class LongestFirst extends Sequencer {
  async sort(tests) {
    const usual = await super.sort(tests);
    return usual
      .map((test, position) => ({ test, position }))
      .sort((a, b) => rank(a.test.path) - rank(b.test.path) || a.position - b.position)
      .map(({ test }) => test);
  }
};
