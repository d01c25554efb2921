import type { NodeId } from '../../base/ids.ts';
import type { Ask } from '../../replication/preference-walk.ts';

/** Whoever was asked and has not said anything: messages get lost, so they are asked again. */
export class OpenAsks {
  private readonly open: { readonly ask: Ask; repeats: number }[] = [];

  get isEmpty(): boolean {
    return this.open.length === 0;
  }

  add(ask: Ask): void {
    this.open.push({ ask, repeats: 0 });
  }

  settle({ to, home }: Ask): void {
    const at = this.open.findIndex(({ ask }) => ask.to === to && ask.home === home);
    if (at !== -1) this.open.splice(at, 1);
  }

  /** Those to ask once more. One that is taken for dead is not. */
  repeat(suspects: readonly NodeId[]): readonly Ask[] {
    const due = this.open.filter(({ ask, repeats }) => repeats < REPEATS_MAX && !suspects.includes(ask.to));
    for (const each of due) each.repeats++;
    return due.map(({ ask }) => ask);
  }
}

const REPEATS_MAX = 5;
