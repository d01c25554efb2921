import { STRETCH_MS_MAX, type Stretches, type StretchKind } from '../../cli/bench/engine-figure.ts';

/** Times what runs without giving the worker back. */
export class StretchClock {
  private readonly all: { readonly kind: StretchKind; readonly ms: number }[] = [];

  run<T>(kind: StretchKind, work: () => T): T {
    const started = performance.now();
    const result = work();
    this.all.push({ kind, ms: performance.now() - started });
    return result;
  }

  take(): Stretches {
    const sorted = this.all.splice(0).sort((a, b) => a.ms - b.ms);
    const at = (share: number) => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
    return {
      count: sorted.length,
      p50: at(0.5)?.ms ?? 0,
      p99: at(0.99)?.ms ?? 0,
      p999: at(0.999)?.ms ?? 0,
      max: at(1)?.ms ?? 0,
      tooLong: sorted.filter(({ ms }) => ms > STRETCH_MS_MAX).length,
      longest: at(1)?.kind ?? 'apply',
    };
  }
}
