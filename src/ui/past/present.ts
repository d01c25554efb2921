import type { KeptTrace, LookTarget } from '../../console/session.ts';
import type { Micros } from '../../core/base/ids.ts';
import type { TraceEvent } from '../../core/cluster/trace-event.ts';
import type { AppState, AppStore } from '../store/app-store.ts';
import { keepUp } from '../store/read-paths.ts';
import { EMPTY_MODEL, type ViewModel } from '../store/view-model.ts';
import { TraceHistory } from './trace-history.ts';

/** An earlier moment on the screen. */
export interface Past {
  /** Virtual. */
  readonly timeUs: Micros;
  /** The earliest moment that can be shown. */
  readonly reachUs: Micros;
  /** The model of now. */
  readonly live: ViewModel;
}

/**
 * What the cluster is now, and the way back from what it was: the store shows the model of an earlier moment only while time stands and nothing
 * happens. Whatever happens then, whoever asked for it, brings the present back.
 */
export class Present {
  readonly history = new TraceHistory();
  private readonly store: AppStore;
  private readonly pause: () => Promise<unknown>;
  private live: ViewModel = EMPTY_MODEL;
  /** Time has come to stand since an earlier moment is shown. */
  private standing = false;

  /** @param pause has time stand */
  constructor(store: AppStore, pause: () => Promise<unknown>) {
    this.store = store;
    this.pause = pause;
  }

  /** What the store shows after these events. */
  take(events: readonly TraceEvent[], restarted: boolean): Pick<AppState, 'model' | 'past'> {
    if (restarted) {
      this.history.clear();
      this.live = EMPTY_MODEL;
    }
    this.live = this.history.reduce(this.live, events);
    keepUp(this.live.paths);
    const { model, past } = this.store.getState();
    if (past === undefined || restarted) return { model: this.live, past: undefined };
    return { model, past: { ...past, live: this.live } };
  }

  /** All that is kept, and what is reported and not yet shown. */
  kept(waiting: readonly TraceEvent[]): KeptTrace {
    const { stretches } = this.history;
    return {
      events: [...stretches.flatMap(({ events }) => events), ...waiting],
      reachUs: stretches[0]?.beforeUs ?? 0,
    };
  }

  /** Something was reported. */
  reported(): void {
    if (this.standing) this.comeBack();
  }

  transportIs({ mode }: AppState['transport']): void {
    if (this.standing && mode !== 'paused') this.comeBack();
    else this.standing = mode === 'paused' && this.store.getState().past !== undefined;
  }

  /** @param nowUs the moment that the live picture shows */
  async look(target: LookTarget, nowUs: Micros): Promise<Micros | undefined> {
    const { lookAt } = await import('./look.ts');
    const { transport, past } = this.store.getState();
    const { mode } = transport;
    if (mode === 'booting' || mode === 'replaying') return undefined;
    const { history, live } = this;
    const shown = lookAt(history, target, past?.timeUs ?? nowUs, nowUs);
    if (shown === undefined) {
      this.comeBack();
      return undefined;
    }
    const { model, ...moment } = shown;
    this.store.setState({ model, past: { ...moment, live } });
    this.standing = mode === 'paused';
    if (mode !== 'paused') await this.pause();
    return moment.timeUs;
  }

  private comeBack(): void {
    this.standing = false;
    if (this.store.getState().past !== undefined) this.store.setState({ model: this.live, past: undefined });
  }
}
