import { must } from '../../core/base/assert.ts';
import type { CheckProgress, CheckQuery, CheckReport, FileCheck } from '../../core/cluster/check-report.ts';
import { JudgedFile } from '../../sim/file-check.ts';
import { LiveCheck } from '../../sim/live-check.ts';
import type { CheckApi, HistoryPart } from '../protocol/check-api.ts';

const TELL_EVERY_MS = 50;
const nowMs = (): number => performance.now();

/** Judges histories: in a worker of its own (through Comlink), or on the page's thread where there can be none. */
export class CheckService implements CheckApi {
  private live: LiveCheck | undefined;
  private file: JudgedFile | undefined;

  async check(part: HistoryPart, query: CheckQuery): Promise<CheckReport> {
    return this.take(part).report(query, part.facts);
  }

  async historyFile(part: HistoryPart, key: string | undefined): Promise<string> {
    return this.take(part).file(key);
  }

  async checkFile(text: string, tell: (progress: CheckProgress) => void): Promise<FileCheck> {
    let toldMs = Number.NEGATIVE_INFINITY;
    const judged = JudgedFile.judge(text, nowMs, (progress) => {
      // A file of many small keys has more to tell than a page can show.
      const between = progress.done > 0 && progress.done < progress.of;
      if (between && nowMs() - toldMs < TELL_EVERY_MS) return;
      toldMs = nowMs();
      tell(progress);
    });
    if (!(judged instanceof JudgedFile)) return judged;
    this.file = judged;
    return { ok: true };
  }

  async report(query: CheckQuery): Promise<CheckReport> {
    return must(this.file, 'a file was judged').report(query);
  }

  private take({ clocks, from, events }: HistoryPart): LiveCheck {
    if (from === 0 || this.live === undefined) this.live = new LiveCheck(clocks, nowMs);
    this.live.take(events);
    return this.live;
  }
}
