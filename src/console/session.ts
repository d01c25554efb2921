import type { Micros } from '../core/base/ids.ts';
import type { EventualLevel, ReadLevel, WriteLevel } from '../core/client/operation.ts';
import type { ClientName } from '../core/cluster/action.ts';
import type { SavedRun } from '../core/cluster/run.ts';
import type { TraceEvent } from '../core/cluster/trace-event.ts';
import type { CommandResult } from './result.ts';

/** One console's defaults, and what it can do for commands beyond the cluster. A hook that is missing makes its command NotAvailable. */
export interface Session {
  /** Who asks, unless `as=` says otherwise. */
  readonly client: ClientName;
  /** How long an operation may take in virtual time, unless `timeout=` says otherwise. */
  readonly timeoutUs: Micros;
  /** On what ground its reads are served, unless `r=` says otherwise; CONSISTENCY sets it. Undefined: lease. */
  read?: ReadLevel | undefined;
  /** The same of its writes and `w=`. Undefined: 2. */
  write?: WriteLevel | undefined;
  /** In which keyspace its data commands work; USE sets it. Undefined: strong. */
  keyspace?: Keyspace | undefined;
  /** How it reads and writes in the eventual one, unless a line says otherwise; CONSISTENCY there sets it. */
  eventual?: EventualSettings | undefined;
  /** What USE, and CONSISTENCY in the eventual keyspace, have set, for a screen that shows it. */
  readonly onKeyspace?: ((keyspace: Keyspace) => void) | undefined;
  readonly onEventual?: ((settings: EventualSettings) => void) | undefined;
  /** What a CONSISTENCY has set, for a screen that shows it. */
  readonly onConsistency?: ((dial: Dial) => void) | undefined;
  /** The last operation of this console; EXPLAIN alone is about it. */
  lastOperation?: { readonly runId: string; readonly operation: number } | undefined;
  /** What is kept of the run's trace, and since when: WHY reads it. */
  readonly trace?: (() => KeptTrace) | undefined;
  /** LOOK: has the screen show an earlier moment. Gives the moment shown; undefined = what is now. */
  readonly look?: ((target: LookTarget) => Promise<Micros | undefined>) | undefined;
  /** RING: has the screen mark where the key lives, and walk to its replicas. Absent: it is only told. */
  readonly showKey?: ((key: Uint8Array) => void) | undefined;
  /** COMPARE: has the screen show both keyspaces side by side, for this key. Absent: the script is only told. */
  readonly showWorlds?: ((key: string) => void) | undefined;
  /** Before each command, with its text: for echo and history. */
  readonly onCommand?: ((source: string) => void) | undefined;
  /** After each command; in the case of a syntax error `source` is the whole line, and no `onCommand` preceded. */
  readonly onResult?: ((source: string, result: CommandResult) => void) | undefined;
  /** SAVE and LOAD: the text form of a run. `decodeRun` throws (or rejects) on text that is no run. */
  readonly encodeRun?: ((run: SavedRun) => string | Promise<string>) | undefined;
  readonly decodeRun?: ((text: string) => SavedRun | Promise<SavedRun>) | undefined;
  /** SAVE: offers the text as a download. Without it SAVE only returns the text. */
  readonly onSave?: ((text: string, fileName: string) => void) | undefined;
  /** LOAD: asks for a file and gives its text; undefined = the person changed their mind. */
  readonly pickFile?: (() => Promise<string | undefined>) | undefined;
}

/** How a console reads and writes where a line does not say. */
export interface Dial {
  readonly read: ReadLevel;
  readonly write: WriteLevel;
}

export const DIAL_DEFAULT: Dial = { read: 'lease', write: 2 };

export const KEYSPACES = ['strong', 'eventual'] as const;
export type Keyspace = (typeof KEYSPACES)[number];

export const QUORUMS = ['sloppy', 'strict'] as const;
export type Quorum = (typeof QUORUMS)[number];

/** How a console reads and writes in the eventual keyspace where a line does not say. */
export interface EventualSettings {
  readonly r: EventualLevel;
  readonly w: EventualLevel;
  readonly quorum: Quorum;
}

/** Always writeable, as Dynamo is meant to be: one node is enough. */
export const EVENTUAL_DEFAULT: EventualSettings = { r: 1, w: 1, quorum: 'sloppy' };

export interface KeptTrace {
  /** In run order. */
  readonly events: readonly TraceEvent[];
  /** What was before is not kept; 0: all of the run is. */
  readonly reachUs: Micros;
}

/** Where to look: an earlier moment, one event further back or on, or what is now. */
export type LookTarget = { readonly timeUs: Micros } | 'back' | 'forward' | 'now';

export const TIMEOUT_US_DEFAULT: Micros = 2_000_000;

export function createSession(options: Partial<Session> = {}): Session {
  return { client: 'client', timeoutUs: TIMEOUT_US_DEFAULT, ...options };
}
