// Maps that a module makes when it loads, still empty when it has loaded, are caches. They start empty for each test, as in a process
// of their own: else what one mutant put there would answer for the next.

/** Watches `new Map` and `new WeakMap` in the modules of one folder until `loaded()`. */
export function cachesOf(folder) {
  const { Map: TrueMap, WeakMap: TrueWeakMap } = globalThis;
  const made = [];
  const watch = (one) => {
    if (new Error().stack.includes(folder)) made.push(one);
  };
  globalThis.Map = class extends TrueMap {
    constructor(...from) {
      super(...from);
      watch(this);
    }
  };
  globalThis.WeakMap = class extends TrueWeakMap {
    kept = new TrueWeakMap();
    constructor(...from) {
      super(...from);
      watch(this);
    }
    get = (key) => this.kept.get(key);
    has = (key) => this.kept.has(key);
    set = (key, value) => this.kept.set(key, value) && this;
    clear = () => {
      this.kept = new TrueWeakMap();
    };
  };
  return {
    loaded() {
      Object.assign(globalThis, { Map: TrueMap, WeakMap: TrueWeakMap });
      made.splice(0, made.length, ...made.filter((one) => !(one instanceof TrueMap) || one.size === 0));
    },
    empty: () => {
      for (const one of made) one.clear();
    },
  };
}
