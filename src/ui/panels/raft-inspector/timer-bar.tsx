import { useEffect, useRef } from 'react';
import type { NodeId, ShardId } from '../../../core/base/ids.ts';
import { useApp } from '../../app-context.ts';
import type { ReplicaView, TimerView } from '../../store/view-model.ts';

/** The share of a timer that is left and the milliseconds, at a virtual time. Never below nothing: what follows has not been reported yet. */
export function timeLeft(
  { setAtUs, waitUs }: TimerView,
  nowUs: number,
): { readonly share: number; readonly ms: number } {
  const leftUs = Math.max(0, Math.min(waitUs, setAtUs + waitUs - nowUs));
  return { share: waitUs === 0 ? 0 : leftUs / waitUs, ms: Math.ceil(leftUs / 1000) };
}

/** A leader that has a lease is known by it; without one, and where it has lapsed, by what is left of its CheckQuorum. */
export function timerShown(
  { timer, lease }: Pick<ReplicaView, 'timer' | 'lease'>,
  nowUs: number,
): { readonly timer: TimerView | undefined; readonly leased: boolean } {
  const leased = lease !== undefined && lease.setAtUs + lease.waitUs > nowUs;
  return { timer: leased ? lease : timer, leased };
}

/** With reduced motion the bar moves in so many steps. */
const STEPS = 8;

interface Props {
  readonly shard: ShardId;
  readonly node: NodeId;
  /** What happens when it is over. While a leader has a lease, the lease is shown instead. */
  readonly label: string;
}

/** A replica's timer as a bar that empties in virtual time; drawn by the frame loop, not by React. */
export function TimerBar({ shard, node, label }: Props) {
  const { store, frames } = useApp();
  const bar = useRef<HTMLSpanElement>(null);
  const name = useRef<HTMLSpanElement>(null);
  const text = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const calm = matchMedia('(prefers-reduced-motion: reduce)');
    let drawn = '';
    return frames.onFrame((nowUs) => {
      const replica = store.getState().model.shards.get(shard)?.get(node);
      if (bar.current === null || name.current === null || text.current === null || replica === undefined) return;
      const { timer, leased } = timerShown(replica, nowUs);
      const left = timer === undefined ? undefined : timeLeft(timer, nowUs);
      const share = left === undefined ? 0 : calm.matches ? Math.ceil(left.share * STEPS) / STEPS : left.share;
      const next = left === undefined ? '–' : `${left.ms} ms`;
      bar.current.style.transform = `scaleX(${share.toFixed(3)})`;
      const called = leased ? 'lease' : label;
      if (name.current.textContent !== called) name.current.textContent = called;
      if (next === drawn) return;
      drawn = next;
      text.current.textContent = next;
    });
  }, [store, frames, shard, node, label]);
  return (
    <span className="timer">
      <span className="timer-text">
        <span ref={name}>{label}</span> <span ref={text} />
      </span>
      <span className="timer-track" aria-hidden="true">
        <span ref={bar} className="timer-fill" />
      </span>
    </span>
  );
}
