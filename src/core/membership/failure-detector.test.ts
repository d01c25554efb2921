import { describe, expect, test } from 'vitest';
import { nodeId } from '../base/ids.ts';
import { createRandomStream } from '../base/random.ts';
import { PHI_FORMULAS } from './options.ts';
import { silenceOf } from './phi.ts';
import { GossipCluster, LIMITS, MS, type Reported } from './testing/gossip-cluster.ts';

const SECOND = 1000 * MS;

/** What `observer` heard last of `subject` before `timeUs`. */
function lastHeard(events: readonly Reported[], observer: number, subject: number, timeUs: number) {
  const found = events.findLast(
    (event) =>
      event.type === 'GossipMerged' &&
      event.observer === observer &&
      event.timeUs <= timeUs &&
      event.heard.some((heard) => heard.subject === subject),
  ) as Extract<Reported, { type: 'GossipMerged' }>;
  const heard = found.heard.find((each) => each.subject === subject);
  if (heard === undefined) throw new Error('it was found for that');
  return { timeUs: found.timeUs, ...heard };
}

describe.each(PHI_FORMULAS.map((formula, phiFormula) => [formula, phiFormula] as const))(
  '%s',
  (formula, phiFormula) => {
    test.each([2, 3, 5, 12])(
      'with %i nodes a dead one is suspected by all others, within a round of the silence that phi predicts',
      (count) => {
        const cluster = new GossipCluster(count, 20 + count, { phiFormula });
        cluster.run(30 * SECOND);
        expect(cluster.suspicionsOf(count)).toEqual([]);
        cluster.kill(count);
        const killedUs = cluster.nowUs;
        cluster.run(20 * SECOND);
        const suspicions = cluster.suspicionsOf(count);
        expect(suspicions.map(({ observer }) => observer).sort((a, b) => a - b)).toEqual(cluster.ids.slice(0, -1));
        for (const { observer, timeUs, silentUs, phi } of suspicions) {
          const last = lastHeard(cluster.events, observer, count, timeUs);
          const predicted = silenceOf(formula, LIMITS.phiThreshold, last);
          expect(silentUs).toBe(timeUs - last.timeUs);
          // The window is rounded to microseconds where it is reported.
          expect(silentUs).toBeGreaterThanOrEqual(predicted - 20);
          expect(silentUs).toBeLessThanOrEqual(predicted + LIMITS.gossipIntervalUs + 20);
          expect(phi).toBeGreaterThanOrEqual(8);
          expect(timeUs - killedUs).toBeLessThan(10 * SECOND);
        }
        expect(cluster.events.filter((event) => event.type === 'NodeSuspected' && event.subject !== count)).toEqual([]);
      },
    );

    test('a node behind links that lose 30 % and are five times as slow is suspected never or not for long', () => {
      for (let seed = 1; seed <= 5; seed++) {
        const cluster = new GossipCluster(3, seed, { phiFormula });
        const draw = createRandomStream(seed, 'loss', 'n3', 0);
        cluster.loses = (from, to) => (from === 3 || to === 3) && draw.chance(0.3);
        cluster.delayUs = 50 * MS;
        cluster.run(120 * SECOND);
        const suspicions = cluster.suspicionsOf(3);
        if (formula === 'exponential') expect(suspicions, `seed ${seed}`).toEqual([]);
        for (const { observer, timeUs } of suspicions) {
          const cleared = cluster.events.find(
            (event) => event.type === 'NodeUnsuspected' && event.observer === observer && event.timeUs > timeUs,
          );
          expect((cleared?.timeUs ?? Number.POSITIVE_INFINITY) - timeUs).toBeLessThan(SECOND);
        }
        expect(suspicions.length).toBeLessThan(6);
      }
    });

    test('a heartbeat clears a suspicion, with the phi that there was', () => {
      const cluster = new GossipCluster(3, 31, { phiFormula });
      cluster.run(10 * SECOND);
      cluster.freeze(3);
      cluster.run(15 * SECOND);
      cluster.thaw(3);
      cluster.run(2 * SECOND);
      const cleared = cluster.events.filter((event) => event.type === 'NodeUnsuspected' && event.subject === 3);
      expect(cleared.map(({ observer }) => observer).sort()).toEqual([1, 2]);
      for (const event of cleared) if (event.type === 'NodeUnsuspected') expect(event.phi).toBeGreaterThan(8);
      expect([1, 2].map((id) => cluster.node(id).isSuspected(nodeId(3)))).toEqual([false, false]);
    });
  },
);

describe('the observer’s own pause', () => {
  test('gossip bug 54: a node that stood still for a minute suspects nobody when it goes on', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const cluster = new GossipCluster(3, seed);
      cluster.run(10 * SECOND);
      cluster.freeze(1);
      cluster.run(61 * SECOND);
      cluster.thaw(1);
      cluster.run(10 * SECOND);
      const own = cluster.events.filter((event) => event.observer === 1);
      expect(own.some((event) => event.type === 'LocalPauseNoticed' && event.gapUs > 60 * SECOND)).toBe(true);
      expect(own.filter((event) => event.type === 'NodeSuspected' || event.type === 'HeartbeatExpired')).toEqual([]);
    }
  });

  test('gossip bug 54: it suspects again afterwards, also whoever died meanwhile', () => {
    const cluster = new GossipCluster(3, 3);
    cluster.run(10 * SECOND);
    cluster.freeze(1);
    cluster.kill(3);
    cluster.run(20 * SECOND);
    cluster.thaw(1);
    const thawedUs = cluster.nowUs;
    cluster.run(20 * SECOND);
    const [suspicion] = cluster.suspicionsOf(3).filter(({ observer }) => observer === 1);
    expect(suspicion?.timeUs).toBeGreaterThan(thawedUs + 5 * LIMITS.gossipIntervalUs);
    expect(cluster.node(1).isSuspected(nodeId(2))).toBe(false);
  });
});

test('an observer that has just started learns from the others how long a dead node has been silent', () => {
  const cluster = new GossipCluster(3, 12);
  cluster.run(10 * SECOND);
  cluster.kill(3);
  cluster.run(20 * SECOND);
  cluster.kill(1);
  cluster.start(nodeId(1), 2);
  const startedUs = cluster.nowUs;
  cluster.run(3 * SECOND);
  const [suspicion] = cluster.suspicionsOf(3).filter(({ observer, timeUs }) => observer === 1 && timeUs > startedUs);
  expect(suspicion?.silentUs).toBeGreaterThan(19 * SECOND);
});
