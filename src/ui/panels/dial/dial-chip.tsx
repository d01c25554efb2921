import { replicationFactorOf } from '../../../core/cluster/placement.ts';
import { useAppState } from '../../app-context.ts';
import type { AppState } from '../../store/app-store.ts';
import { LazyPopover } from '../lazy-popover.tsx';

const load = async () => (await import('./dial-card.tsx')).DialCard;

/** How this console writes and reads in the keyspace in use; in its card, what that promises, and all that can be chosen instead. */
export function DialChip() {
  const keyspace = useAppState((state) => state.keyspace);
  const read = useAppState(({ dial, eventual }) => (keyspace === 'strong' ? dial.read : eventual.r));
  const write = useAppState(({ dial, eventual }) => (keyspace === 'strong' ? dial.write : eventual.w));
  const isWeak = useAppState(isWeakly);
  return (
    <LazyPopover
      button={
        <>
          <span className="sr-only">Consistency{keyspace === 'strong' ? '' : ', eventual keyspace'}: </span>W={write} R=
          {read}
        </>
      }
      buttonClass={`dial-chip${isWeak ? ' dial-weak' : ''}`}
      title="What R and W promise"
      align="right"
      width={720}
      load={load}
    />
  );
}

/** What is read may be old, or what is written be lost. */
function isWeakly({ keyspace, dial, eventual, run }: AppState): boolean {
  if (keyspace === 'strong') return dial.write === 1 || dial.read === 1;
  return eventual.r + eventual.w <= replicationFactorOf(run?.config ?? {});
}
