import { formatCommand } from '../../console/format-command.ts';
import { nodeName } from '../../core/cluster/snapshot.ts';
import { useApp, useAppState, useCommand } from '../app-context.ts';
import { FIRST_WRITE, splitLine } from '../invitations.ts';
import { nodesPresent, presentCount } from '../store/node-count.ts';
import { leaderOf } from '../store/view-model.ts';

/** Three things to try, and their undoing. Each is one command, written into the console. */
export function Suggestions() {
  const run = useCommand();
  const leader = useAppState((state) => leaderOf(state.model, state.focusedShard));
  const cut = useAppState((state) => state.model.cuts.size > 0);
  const nodes = useAppState(presentCount);
  const { store } = useApp();
  const killLeader = () => run(formatCommand('KILL', [nodeName(leader)]));
  return (
    <fieldset className="suggestions">
      <legend className="sr-only">Try this</legend>
      <span className="dim suggestions-title" aria-hidden="true">
        Try this
      </span>
      <button type="button" className="button pill" disabled={leader === 0} onClick={killLeader}>
        <Words short="Kill" more=" the leader" />
      </button>
      <button type="button" className="button pill" onClick={() => run(FIRST_WRITE)}>
        <Words short="Write" more=" a key" />
      </button>
      <button type="button" className="button pill" onClick={() => run(formatCommand('GET', ['user:42']))}>
        <Words short="Read" more=" it" />
      </button>
      {cut ? (
        <button type="button" className="button pill" onClick={() => run(formatCommand('HEAL'))}>
          <Words short="Heal" more=" the network" />
        </button>
      ) : (
        <button
          type="button"
          className="button pill"
          disabled={nodes < 2}
          onClick={() => run(splitLine(leader, nodesPresent(store.getState())))}
        >
          <Words short="Split" more=" the network" />
        </button>
      )}
      <span className="faint suggestions-hint">each click writes its command into the console</span>
    </fieldset>
  );
}

/** What a button says; the second part where there is room. */
function Words({ short, more }: { readonly short: string; readonly more: string }) {
  return (
    <span>
      {short}
      <span className="suggestions-more">{more}</span>
    </span>
  );
}
