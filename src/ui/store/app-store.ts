import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Cluster, HostReport, TransportState } from '../../console/cluster.ts';
import {
  DIAL_DEFAULT,
  type Dial,
  EVENTUAL_DEFAULT,
  type EventualSettings,
  type KeptTrace,
  type Keyspace,
  type LookTarget,
} from '../../console/session.ts';
import { type ActorId, type Micros, type NodeId, type ShardId, shardId } from '../../core/base/ids.ts';
import { shardOfName } from '../../core/cluster/placement.ts';
import type { RunConfig } from '../../core/cluster/run.ts';
import type { Counters } from '../../core/cluster/snapshot.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import type { HashRing } from '../../core/ring/hash-ring.ts';
import type { StageView } from '../../embed/address.ts';
import { FIRST_KEY, FIRST_WRITE } from '../invitations.ts';
import { type Past, Present } from '../past/present.ts';
import type { WorldsPlay } from '../worlds/worlds-play.ts';
import type { ConsoleEntry } from './console-log.ts';
import type { FeedFilter } from './feed-filter.ts';
import { wordsFor } from './late-words.ts';
import { type Lookup, lookUp } from './lookup.ts';
import { nodeCount } from './node-count.ts';
import { neverKilled, rememberKill } from './opening.ts';
import { Playback } from './playback.ts';
import { ringOf } from './ring-now.ts';
import { EMPTY_MODEL, type ViewModel } from './view-model.ts';

/** All that the screen shows. React selects narrow slices of it; the canvas reads it once a frame. */
export interface AppState {
  readonly model: ViewModel;
  readonly transport: TransportState;
  /** Set while an earlier moment is shown; the model is then that moment's. */
  readonly past: Past | undefined;
  readonly host: HostReport;
  /** Undefined until the cluster has told its configuration. */
  readonly run: RunView | undefined;
  readonly counters: Counters;
  readonly focusedShard: ShardId;
  /** The stage shows messages and roles of all shards, not only of the focused one. */
  readonly allShards: boolean;
  /** Marked on the stage and in the logs. */
  readonly selectedNode: NodeId | undefined;
  /** The operation that a person asked for last; undefined: none yet. Scripts' own do not count. */
  readonly personOperation: number | undefined;
  /** The link whose actions the stage offers, lower id first; it goes before `selectedNode`. */
  readonly selectedLink: { readonly a: ActorId; readonly b: ActorId } | undefined;
  /** Marked on the ring. */
  readonly lookup: Lookup | undefined;
  /** Set while the page asks where keys live. */
  readonly finder: Finder | undefined;
  readonly feedFilter: FeedFilter;
  readonly console: readonly ConsoleEntry[];
  /** In which keyspace the console's data commands work. */
  readonly keyspace: Keyspace;
  /** How it reads and writes in the strong one where a line does not say, and in the eventual one. */
  readonly dial: Dial;
  readonly eventual: EventualSettings;
  /** The message that somebody points at in a list, by its id: the stage shows where it is. */
  readonly markedMessage: number | undefined;
  /** Nobody has killed a node yet: Kill on the leader asks to be pressed. */
  readonly killInvited: boolean;
  /** The command that waits in the console's line until somebody has run one. */
  readonly waitingLine: string | undefined;
  readonly stageView: StageView;
  /** What the stage compares in both keyspaces; undefined: nothing yet. */
  readonly worlds: WorldsPlay | undefined;
  /** Large type, and the keys of a slide remote. */
  readonly presenting: boolean;
  /** The screen is black, as between two slides. */
  readonly blank: boolean;
  /** Rises with every reset for the next class: what a person has left behind is gone. */
  readonly sitting: number;
}

/** Where a key lives, shown on the ring step by step. */
export interface Finder {
  /** Undefined: none has been asked for yet, or its mark was taken away. */
  readonly key: Uint8Array | undefined;
  /** Steps of the walk that are shown. */
  readonly shown: number;
}

export interface RunView {
  readonly runId: string;
  readonly seed: number;
  readonly config: RunConfig;
  /** Of the moment that is shown: nodes come and go. */
  readonly ring: HashRing;
}

export type AppStore = StoreApi<AppState>;

export const createAppStore = (cluster: Cluster): AppStore =>
  createStore<AppState>(() => ({
    model: EMPTY_MODEL,
    transport: cluster.transport(),
    past: undefined,
    host: cluster.host(),
    run: undefined,
    counters: { writes: 0, reads: 0, keys: 0, elections: 0 },
    focusedShard: shardId(0),
    allShards: false,
    selectedNode: undefined,
    personOperation: undefined,
    selectedLink: undefined,
    lookup: undefined,
    finder: undefined,
    feedFilter: { topics: [], shardOnly: true },
    console: [],
    keyspace: 'strong',
    dial: DIAL_DEFAULT,
    eventual: EVENTUAL_DEFAULT,
    markedMessage: undefined,
    killInvited: neverKilled(),
    waitingLine: FIRST_WRITE,
    stageView: 'picture',
    worlds: undefined,
    presenting: false,
    blank: false,
    sitting: 0,
  }));

/** What moves the shown clock. */
export interface Feed {
  /** Shows the moment of this wall clock in milliseconds. True: call again next frame, something still moves; false: not before the next report. */
  frame(wallMs: number): boolean;
  /** Calls `listener` when there is something new to show. */
  onReport(listener: () => void): void;
  /** The shown virtual time, for whatever is drawn as a function of it. */
  nowUs(): number;
  /**
   * Shows an earlier moment, and has time stand. @returns the moment shown; undefined: the present, now or again. The screen comes back to it
   * by itself as soon as time runs, or anything happens.
   */
  look(target: LookTarget): Promise<Micros | undefined>;
  /** What is kept of the trace, up to the newest report. */
  trace(): KeptTrace;
  stop(): void;
}

/** The ring asks for a key, and shows none yet. */
export const NO_KEY: Finder = { key: undefined, shown: 0 };

/** Marks where a key lives, and looks at its shard. */
export const showKey = (store: AppStore, key: Uint8Array): void =>
  store.setState(({ run }) =>
    run === undefined ? {} : { finder: { key, shown: 0 }, focusedShard: run.ring.shardOfKey(key) },
  );

/** The eye follows what a person does: their newest operation, its shard and its key. Scripts may ask for hundreds a second and move nothing. */
function followed(
  state: AppState,
  events: readonly TraceEvent[],
): Partial<Pick<AppState, 'focusedShard' | 'personOperation' | 'lookup' | 'finder'>> {
  const { run, focusedShard, personOperation, lookup } = state;
  const invoked = events.findLast((event) => event.type === 'OperationInvoked');
  const last = state.console[state.console.length - 1];
  const person = last !== undefined && last.source !== 'script';
  if (!person || invoked?.type !== 'OperationInvoked') return { focusedShard, personOperation, lookup };
  if (run === undefined || invoked.shard >= run.config.shards)
    return { focusedShard, personOperation: invoked.id, lookup };
  // The newest key is the one that is marked.
  const finder = state.finder && NO_KEY;
  return { focusedShard: invoked.shard, personOperation: invoked.id, lookup: lookUp(run.ring, invoked), finder };
}

/** The ring is always that of the model, whichever moment that is of. */
const keepRing = (store: AppStore) => (state: AppState, before: AppState) => {
  const { run, model } = state;
  if (run === undefined || model.placement.ring === before.model.placement.ring) return;
  store.setState({ run: { ...run, ring: ringOf(run.config, model.placement.ring) } });
};

const COUNTERS_EVERY_MS = 250;

/** Connects a cluster to a store. The store's model is always the one of the shown moment. `pause`: has time stand. */
export function feedStore(
  cluster: Cluster,
  store: AppStore,
  wallMs: () => number,
  pause: () => Promise<unknown> = () => cluster.pause(),
): Feed {
  const playback = new Playback();
  const present = new Present(store, pause);
  let countersAtMs = Number.NEGATIVE_INFINITY;
  let counting = false;
  let countersDue = false;

  const refreshRun = async () => {
    const { runId, seed, config } = await cluster.run();
    const { run, focusedShard, selectedNode, model } = store.getState();
    const ring = ringOf(config, model.placement.ring);
    // At first the shard to which the waiting write will go.
    const focus = run === undefined ? shardOfName(ring, FIRST_KEY) : focusedShard;
    store.setState({
      run: { runId, seed, config, ring },
      focusedShard: focus < config.shards ? focus : shardId(0),
      selectedNode:
        selectedNode !== undefined && selectedNode <= nodeCount({ run: { config }, model }) ? selectedNode : undefined,
      selectedLink: undefined,
      lookup: undefined,
      finder: undefined,
    });
  };
  const refreshCounters = async () => {
    counting = true;
    try {
      store.setState({ counters: (await cluster.snapshot()).counters });
    } finally {
      counting = false;
    }
  };
  // Events whose words are on their way are shown when these are here: the picture waits for the feed.
  let held = false;
  const frame = (now: number) => {
    if (held) return true;
    const { events, restarted } = playback.advance(now);
    if (restarted) void refreshRun().catch(() => undefined);
    if (events.length > 0 || restarted) {
      countersDue = true;
      const shown = present.take(events, restarted);
      store.setState((state) => ({
        ...shown,
        ...followed(restarted ? { ...state, personOperation: undefined, lookup: undefined } : state, events),
      }));
    }
    if (store.getState().killInvited && events.some(({ type }) => type === 'NodeKilled')) {
      store.setState({ killInvited: false });
      rememberKill();
    }
    // Also after the last events before time stands: what is due is asked for when its turn comes.
    if (countersDue && !counting && now - countersAtMs >= COUNTERS_EVERY_MS) {
      countersAtMs = now;
      countersDue = false;
      void refreshCounters().catch(() => undefined);
    }
    return playback.moving || countersDue;
  };

  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of listeners) listener();
  };
  const show = () => {
    tell();
    // No frames come to a page that is not shown: reduce at once, so that nothing piles up.
    if (typeof document !== 'undefined' && document.hidden) frame(wallMs());
  };
  const stops = [
    cluster.onTrace((events) => {
      playback.push(events);
      present.reported();
      const words = wordsFor(events);
      held ||= words !== undefined;
      void words?.then(() => {
        held = false;
        show();
      });
      show();
    }),
    cluster.onTransport((transport) => {
      playback.report(transport);
      store.setState({ transport });
      present.transportIs(transport);
      tell();
    }),
  ];
  const stop = () => {
    for (const each of stops) each();
  };
  playback.report(cluster.transport());
  let watched: ShardId | undefined;
  const watch = ({ focusedShard }: AppState) => {
    if (focusedShard === watched) return;
    watched = focusedShard;
    void cluster.watchShard(focusedShard).catch(() => undefined);
  };
  stops.push(store.subscribe(watch), store.subscribe(keepRing(store)));
  watch(store.getState());
  void refreshRun().catch(() => undefined);
  return {
    frame,
    onReport: (listener) => void listeners.add(listener),
    nowUs: () => store.getState().past?.timeUs ?? playback.nowUs,
    look: (target) => present.look(target, playback.nowUs),
    trace: () => present.kept(playback.waiting),
    stop,
  };
}
