import { formatCommand } from '../../console/format-command.ts';
import { DIAL_DEFAULT, EVENTUAL_DEFAULT, type EventualSettings } from '../../console/session.ts';
import { clearHistory } from '../command-line/history.ts';
import type { Commands } from '../commands.ts';
import { FIRST_WRITE } from '../invitations.ts';
import type { AppStore } from '../store/app-store.ts';
import { forgetKill } from '../store/opening.ts';

/** The same cluster from its beginning, and the page as nobody had used it. A reset that fails stays in the console, with all else. */
export async function resetForNextClass(store: AppStore, commands: Commands): Promise<void> {
  const results = await commands.run(formatCommand('RESET'), 'button');
  if (!results.every(({ ok }) => ok)) return;
  if (store.getState().transport.breakpoints.length > 0)
    await commands.run(formatCommand('BREAKPOINTS', [], { remove: 'all' }), 'button');
  const { read, write } = DIAL_DEFAULT;
  const { dial, keyspace, eventual } = store.getState();
  if (!isEqual(eventual, EVENTUAL_DEFAULT)) {
    const { r, w, quorum } = EVENTUAL_DEFAULT;
    if (keyspace === 'strong') await commands.run(formatCommand('USE', ['eventual']), 'button');
    await commands.run(formatCommand('CONSISTENCY', [], { r: `${r}`, w: `${w}`, quorum }), 'button');
  }
  if (store.getState().keyspace !== 'strong') await commands.run(formatCommand('USE', ['strong']), 'button');
  if (dial.read !== read || dial.write !== write)
    await commands.run(formatCommand('CONSISTENCY', [], { r: `${read}`, w: `${write}` }), 'button');
  clearHistory();
  forgetKill();
  store.setState((state) => ({
    console: [],
    selectedNode: undefined,
    markedMessage: undefined,
    killInvited: true,
    waitingLine: FIRST_WRITE,
    stageView: 'picture',
    blank: false,
    sitting: state.sitting + 1,
  }));
}

const isEqual = (a: EventualSettings, b: EventualSettings): boolean =>
  a.r === b.r && a.w === b.w && a.quorum === b.quorum;
