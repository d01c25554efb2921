import './membership.css';
import { useMemo, useState } from 'react';
import { showDuration } from '../../../console/show.ts';
import type { NodeId } from '../../../core/base/ids.ts';
import { nodeName } from '../../../core/cluster/snapshot.ts';
import { formulaOf } from '../../../core/cluster/suspicion.ts';
import type { GossipLimits } from '../../../core/membership/options.ts';
import { useApp, useAppState } from '../../app-context.ts';
import type { ViewModel } from '../../store/view-model.ts';
import { useShownTime } from '../../use-shown-time.ts';
import { PhiChart } from './phi-chart.tsx';
import { RumourChart } from './rumour-chart.tsx';
import { type Pair, ViewMatrix } from './view-matrix.tsx';
import { isThinking, observersOf, subjectsOf, suspectsOf } from './who-is-seen.ts';

const FORMULA_WORDS = {
  exponential: 'exponential, as in Cassandra',
  normal: 'normal distribution, as published',
} as const;

/** What each node thinks of each other one: heartbeats by gossip, suspicion by φ. */
export function MembershipPanel() {
  const limits = useLimits();
  const model = useAppState((state) => state.model);
  const seen: Seen = { observers: observersOf(model), subjects: subjectsOf(model) };
  const count = seen.observers.length;
  return (
    <section className="panel membership" aria-labelledby="membership-title">
      <div className="panel-head">
        <h2 id="membership-title">
          Membership <span className="dim">each node’s own view, by gossip</span>
        </h2>
        {limits === undefined ? null : <p className="membership-facts">{factsOf(limits)}</p>}
      </div>
      {limits === undefined || count === 0 ? (
        <p className="empty">No node has reported yet.</p>
      ) : count === 1 ? (
        <p className="empty">One node has nobody to gossip with. Choose a cluster of three or more above.</p>
      ) : (
        <Views seen={seen} limits={limits} />
      )}
    </section>
  );
}

/** Those that the run began with, and what CONFIG has made of them by the moment that is shown. */
function useLimits(): GossipLimits | undefined {
  const limits = useAppState((state) => state.run?.config.limits);
  const phi = useAppState((state) => state.model.phi);
  return useMemo(() => limits && { ...limits, ...phi }, [limits, phi]);
}

const factsOf = (limits: GossipLimits): string =>
  [
    `a round every ${showDuration(limits.gossipIntervalUs)} with ${limits.gossipPeers} peers`,
    `φ ${FORMULA_WORDS[formulaOf(limits)]}`,
    `suspected from ${limits.phiThreshold}`,
    `window ${limits.phiWindow}`,
  ].join(' · ');

/** Who looks, and at whom. */
interface Seen {
  readonly observers: readonly NodeId[];
  readonly subjects: readonly NodeId[];
}

function Views({ seen, limits }: { readonly seen: Seen; readonly limits: GossipLimits }) {
  const { observers, subjects } = seen;
  const { store } = useApp();
  const nowUs = useShownTime();
  const [picked, setPicked] = useState<Pair>(() => worthSeeing(store.getState().model, seen));
  const pair = shown(picked, seen);
  const others = observers.filter((node) => node !== pair.subject);
  const suspects = useAppState((state) => suspectsOf(state.model, pair.subject));
  const thinks = useAppState((state) => isThinking(state.model, pair.observer));
  const subject = nodeName(pair.subject);
  return (
    <>
      <div className="membership-parts">
        <section className="membership-matrix" aria-labelledby="views-title">
          <h3 id="views-title">
            Who thinks what of whom <span className="dim">φ</span>
          </h3>
          <ViewMatrix
            observers={observers}
            subjects={subjects}
            limits={limits}
            pair={pair}
            onPick={setPicked}
            nowUs={nowUs}
          />
          <p className="membership-note">
            <span className="view-key view-suspected">?</span> suspected{' '}
            <span className="view-key view-uneasy">{limits.phiThreshold / 2}</span> half way there, or more
          </p>
        </section>
        <section className="membership-phi" aria-labelledby="phi-title">
          <h3 id="phi-title">
            φ of {subject} over time <span className="dim">as {nodeName(pair.observer)} sees it; dashed: others</span>
          </h3>
          <PhiChart nodes={observers} limits={limits} pair={pair} nowUs={nowUs} />
          <p className="membership-note">
            {thinks ? '' : `${nodeName(pair.observer)} is down or stands still: it computes nothing. `}
            {suspects === 0
              ? `Nobody suspects ${subject}.`
              : `${suspects} of ${others.length} observers suspect ${subject}.`}{' '}
            φ is −log₁₀ of the chance that a heartbeat is merely late; the next one clears it.
          </p>
        </section>
      </div>
      <section aria-labelledby="rumour-title">
        <h3 id="rumour-title">
          How heartbeats of {subject} spread <span className="dim">large: the newest</span>
        </h3>
        <RumourChart
          listeners={others}
          subject={pair.subject}
          gossipIntervalUs={limits.gossipIntervalUs}
          nowUs={nowUs}
        />
      </section>
      <p className="membership-note">
        Suspicion serves routing and this screen. It never decides who owns a shard, or who leads it.
      </p>
    </>
  );
}

/** Somebody who is suspected, if there is one, as one of those that suspect it sees it. */
function worthSeeing(model: ViewModel, { observers, subjects: all }: Seen): Pair {
  for (const [observer, { subjects }] of model.membership) {
    if (!isThinking(model, observer)) continue;
    for (const [subject, { state }] of subjects) if (state === 'suspected') return { observer, subject };
  }
  return { observer: observers[0] as NodeId, subject: all[1] as NodeId };
}

/** Another run may have other nodes, and some leave; and nobody observes itself: then the nearest other one does. */
function shown({ observer, subject }: Pair, { observers, subjects }: Seen): Pair {
  const viewed = subjects.includes(subject) ? subject : (subjects.at(-1) as NodeId);
  const viewer =
    observers.includes(observer) && observer !== viewed
      ? observer
      : (observers.find((node) => node !== viewed) as NodeId);
  return { observer: viewer, subject: viewed };
}
