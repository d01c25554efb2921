import { must } from '../../base/assert.ts';
import type { ActorId, Micros, ShardId } from '../../base/ids.ts';
import {
  type Flight,
  type Links,
  type OperationPath,
  type OperationPaths,
  PATHS_KEPT,
  type PathStep,
  STEPS_MAX,
} from './operation-path.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What `open` is told of a step. */
export interface NewStep {
  readonly kind: PathStep['kind'];
  readonly phase: PathStep['phase'];
  readonly actor: ActorId;
  readonly to?: ActorId;
  readonly shard: ShardId;
  readonly dueUs?: Micros;
  readonly text: string;
  readonly note?: string;
}

const NO_LINKS: Links = { attempts: [], entries: [], reads: [], eventual: [], touchedUs: 0 };

/**
 * The paths while one batch of events is taken in: each path is copied when it is first touched, so that the state the batch began with
 * stays as it was and a batch costs one copy of what it touches.
 */
export class PathsDraft {
  nowUs: Micros = 0;
  omittedUntilUs: Micros;
  private paths: readonly OperationPath[];
  private readonly edited = new Map<number, PathEditor>();
  private readonly links: Map<number, Links>;
  private flights: ReadonlyMap<number, readonly Flight[]>;
  private ownsFlights = false;

  constructor(state: OperationPaths) {
    this.paths = state.paths;
    this.links = new Map(state.live);
    this.flights = state.flights;
    this.omittedUntilUs = state.omittedUntilUs;
  }

  finish(): OperationPaths {
    const { edited, links, flights, omittedUntilUs } = this;
    const paths = edited.size === 0 ? this.paths : this.paths.map((path) => edited.get(path.id)?.path ?? path);
    return { paths, live: links, flights, omittedUntilUs };
  }

  /** Live paths with their links; may be retired while it is walked. */
  get live(): Iterable<readonly [number, Links]> {
    return this.links;
  }

  /** Live, and nothing of it was left out. */
  isDetailed(id: number): boolean {
    return this.links.has(id) && this.path(id)?.detailsOmitted === false;
  }

  path(id: number): OperationPath | undefined {
    return this.edited.get(id)?.path ?? this.paths.find((path) => path.id === id);
  }

  begin(path: OperationPath): PathEditor {
    this.paths = [...this.paths, path];
    for (const old of this.paths.slice(0, -PATHS_KEPT)) this.retire(old.id);
    this.paths = this.paths.slice(-PATHS_KEPT);
    this.links.set(path.id, { ...NO_LINKS, touchedUs: this.nowUs });
    return this.edit(path.id);
  }

  edit(id: number): PathEditor {
    let editor = this.edited.get(id);
    if (editor === undefined) {
      const path = must(this.path(id), 'a path that is live is kept');
      editor = new PathEditor(this, { ...path, steps: [...path.steps] });
      this.edited.set(id, editor);
    }
    this.link(id, { touchedUs: this.nowUs });
    return editor;
  }

  linksOf(id: number): Links {
    return this.links.get(id) ?? NO_LINKS;
  }

  link(id: number, change: Partial<Links>): void {
    const links = this.links.get(id);
    if (links !== undefined) this.links.set(id, { ...links, ...change });
  }

  /** Nothing more is expected of it: it stays as it is. */
  retire(id: number): void {
    this.links.delete(id);
    for (const [message, flights] of this.flights) {
      if (flights.some(({ path }) => path === id)) this.setFlights(message, []);
    }
  }

  launch(message: number, flight: Flight): void {
    this.setFlights(message, [...(this.flights.get(message) ?? []), flight]);
  }

  flightsOf(message: number): readonly Flight[] {
    return this.flights.get(message) ?? NONE;
  }

  /** Takes out what a message is to the paths: it has arrived, or is lost. */
  land(message: number): readonly Flight[] {
    const flights = this.flights.get(message);
    if (flights === undefined) return NONE;
    this.setFlights(message, NONE);
    return flights;
  }

  /** A new run: the ids of operations and messages begin again. */
  forgetAll(): void {
    this.paths = [];
    this.edited.clear();
    this.links.clear();
    this.flights = new Map();
    this.ownsFlights = true;
  }

  private setFlights(message: number, flights: readonly Flight[]): void {
    if (!this.ownsFlights) this.flights = new Map(this.flights);
    this.ownsFlights = true;
    const own = this.flights as Map<number, readonly Flight[]>;
    if (flights.length === 0) own.delete(message);
    else own.set(message, flights);
  }
}

const NONE: readonly Flight[] = [];

/** One path being changed by a batch. */
export class PathEditor {
  readonly path: Mutable<OperationPath>;
  private readonly steps: PathStep[];
  private readonly draft: PathsDraft;

  constructor(draft: PathsDraft, path: Mutable<OperationPath>) {
    this.draft = draft;
    this.path = path;
    this.steps = path.steps as PathStep[];
  }

  get links(): Links {
    return this.draft.linksOf(this.path.id);
  }

  link(change: Partial<Links>): void {
    this.draft.link(this.path.id, change);
  }

  /** Replaces one of a list of links. */
  relink<K extends 'attempts' | 'entries' | 'reads' | 'eventual'>(
    list: K,
    at: number,
    change: Partial<Links[K][number]>,
  ): void {
    const changed = this.links[list].map((each, i) => (i === at ? { ...each, ...change } : each));
    this.link({ [list]: changed } as Partial<Links>);
  }

  /** @returns the new step's id; that of no step when the path is full */
  open(step: NewStep): number {
    if (this.steps.length >= STEPS_MAX) {
      this.path.stepsLeftOut++;
      return NO_STEP;
    }
    return this.add(step, 'waiting', undefined);
  }

  /** A step that takes no time. */
  instant(step: NewStep, state: 'done' | 'failed' = 'done'): void {
    const id = this.open(step);
    this.close(id, state);
  }

  /** How it ended is told, however long the path is. */
  end(step: NewStep, state: 'done' | 'failed'): void {
    this.close(this.add(step, 'waiting', undefined), state);
  }

  close(id: number | undefined, state: Exclude<PathStep['state'], 'waiting'>, note?: string, atUs?: Micros): void {
    const step = this.step(id);
    if (step?.state !== 'waiting') return;
    this.change(step.id, { state, endUs: atUs ?? this.draft.nowUs, ...(note === undefined ? {} : { note }) });
  }

  change(id: number, change: Partial<PathStep>): void {
    const step = this.step(id);
    if (step !== undefined) this.steps[id] = { ...step, ...change };
  }

  step(id: number | undefined): PathStep | undefined {
    return id === undefined ? undefined : this.steps[id];
  }

  get waiting(): readonly PathStep[] {
    return this.steps.filter(({ state }) => state === 'waiting');
  }

  private add(step: NewStep, state: PathStep['state'], endUs: Micros | undefined): number {
    const id = this.steps.length;
    this.steps.push({
      to: undefined,
      dueUs: undefined,
      note: '',
      ...step,
      id,
      startUs: this.draft.nowUs,
      endUs,
      state,
    });
    return id;
  }
}

export const NO_STEP = -1;

/** Stands for all that was not told. */
export const omittedStep = ({ client, shard }: Pick<OperationPath, 'client' | 'shard'>): NewStep => ({
  kind: 'unobserved',
  phase: 'operation',
  actor: client,
  shard,
  text: 'single steps not observed: full speed',
});
