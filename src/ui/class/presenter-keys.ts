import { formatCommand } from '../../console/format-command.ts';
import type { AppState } from '../store/app-store.ts';
import { nextInvitation } from './next-invitation.ts';

/** What a key of a slide remote asks for while presenting. `next` = the place of the invitation after this one. */
export type PresenterAct =
  | { readonly type: 'run'; readonly line: string; readonly next?: number }
  | { readonly type: 'blank' }
  | { readonly type: 'nothing' };

/** In the order of the card. A remote's two large keys are Page Down and Page Up, its third one B or a full stop. */
export const PRESENTER_KEYS: readonly { readonly shown: string; readonly does: string }[] = [
  { shown: 'Page Down', does: 'The next thing to try; while paused, one event' },
  { shown: 'Page Up', does: 'Play or pause' },
  { shown: 'B or .', does: 'Black screen and back' },
  { shown: 'P', does: 'Present, or end it' },
];

/** @param at place in the order of the invitations. Undefined: the key is none of these */
export function presenterAct(state: AppState, key: string, at: number): PresenterAct | undefined {
  const name = key.toLowerCase();
  const known = ['pagedown', 'pageup', 'b', '.'].includes(name);
  // A black screen is left with any key, and nothing is done unseen.
  if (state.blank) return { type: 'blank' };
  if (!known) return undefined;
  if (name === 'b' || name === '.') return { type: 'blank' };
  const { mode } = state.transport;
  if (mode === 'booting' || mode === 'replaying') return { type: 'nothing' };
  if (name === 'pageup') return { type: 'run', line: formatCommand(mode === 'paused' ? 'PLAY' : 'PAUSE') };
  if (mode === 'paused') return { type: 'run', line: formatCommand('STEP') };
  const invitation = nextInvitation(state, at);
  return invitation === undefined ? { type: 'nothing' } : { type: 'run', ...invitation };
}
