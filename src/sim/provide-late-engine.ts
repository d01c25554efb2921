import { lateClient } from '../core/client/late-client.ts';
import { lateLsm } from '../core/lsm/late-lsm.ts';
import { lateNode } from '../core/node/late-node.ts';
import type { LATE_ENGINE } from './late-engine.ts';
import { lateWorld } from './late-world.ts';

/** Says where code comes from that is needed late. @param load gives it at once, or throws LateCodeMissing */
export function provideLateEngine(load: () => typeof LATE_ENGINE): void {
  lateClient.provide(() => load().client);
  lateLsm.provide(() => load().lsm);
  lateNode.provide(() => load().node);
  lateWorld.provide(() => load().world);
}
