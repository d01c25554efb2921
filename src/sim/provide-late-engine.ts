import { lateClient } from '../core/client/late-client.ts';
import { lateLsm } from '../core/lsm/late-lsm.ts';
import { lateMeta } from '../core/meta/late-meta.ts';
import { lateNode } from '../core/node/late-node.ts';
import type { LATE_ENGINE } from './late-engine.ts';
import { lateWorld } from './late-world.ts';

/**
 * Says where code comes from that is needed late.
 * @param load gives it at once, or throws LateCodeMissing
 * @param isHere whether there is nothing left to load
 */
export function provideLateEngine(load: () => typeof LATE_ENGINE, isHere: () => boolean): void {
  lateClient.provide(() => load().client, isHere);
  lateLsm.provide(() => load().lsm, isHere);
  lateMeta.provide(() => load().meta, isHere);
  lateNode.provide(() => load().node, isHere);
  lateWorld.provide(() => load().world, isHere);
}
