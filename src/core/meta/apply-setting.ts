import type { SettingCommand } from './meta-command.ts';
import type { MetaState } from './meta-state.ts';
import { withNextRing } from './place-groups.ts';
import { type Applied, refuse } from './refusal.ts';

export const VNODES_MAX = 1000;
const NAME = /^[a-z][a-z0-9_-]{0,62}$/;

export function applySetting(state: MetaState, command: SettingCommand): Applied {
  if (command.type === 'SetVnodes') {
    const { vnodes } = command;
    if (!Number.isInteger(vnodes) || vnodes < 1 || vnodes > VNODES_MAX)
      return refuse(state, 'InvalidSetting', `CONFIG vnodes=${vnodes}: a whole number of 1 … ${VNODES_MAX}, please`);
    if (vnodes === state.vnodes)
      return refuse(state, 'InvalidSetting', `CONFIG vnodes=${vnodes}: that is how many there are`);
    return { state: withNextRing({ ...state, vnodes }) };
  }
  const { name, consistency } = command;
  if (!NAME.test(name))
    return refuse(state, 'InvalidSetting', `keyspace ${name}: a name is a letter, then up to 62 of a-z 0-9 _ -`);
  if (state.keyspaces.some((keyspace) => keyspace.name === name))
    return refuse(state, 'InvalidSetting', `keyspace ${name}: there is one of this name`);
  return { state: { ...state, keyspaces: [...state.keyspaces, { name, consistency }] } };
}
