import '../../sim/whole-engine.ts';
import { runSuite, type SuiteResult } from '../../core/lsm/testing/run-suite.ts';
import { TINY } from '../../core/lsm/testing/store.ts';
import { IdbBlockStore } from '../../runtime/conductor/idb-block-store.ts';

declare global {
  interface Window {
    runAbstractLevel: () => Promise<SuiteResult>;
  }
}

/** The abstract-level suite on this browser's IndexedDB, a database for each of its stores. */
window.runAbstractLevel = () => {
  let databases = 0;
  const disk = () => IdbBlockStore.open(indexedDB, `abstract-level-${databases++}`, 'relaxed', reportLost);
  return runSuite(disk, 'flush', TINY);
};

const reportLost = (reason: string): void => {
  throw new Error(reason);
};
