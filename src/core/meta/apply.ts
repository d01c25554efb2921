import { assertNever } from '../base/assert.ts';
import { applyMoveCommand } from './apply-move.ts';
import { applyNodeCommand } from './apply-node.ts';
import { applySetting } from './apply-setting.ts';
import type { MetaCommand } from './meta-command.ts';
import type { MetaState } from './meta-state.ts';
import type { Applied } from './refusal.ts';

/** What a committed command makes of the state. Every replica of the meta group gets the same, refusals included. */
export function applyMeta(state: MetaState, command: MetaCommand): Applied {
  switch (command.type) {
    case 'JoinNode':
    case 'CompleteJoin':
    case 'RemoveNode':
    case 'CompleteLeave':
    case 'MarkDown':
    case 'ReturnNode':
    case 'ReplaceBlank':
      return applyNodeCommand(state, command);
    case 'StartMove':
    case 'AdvanceMove':
    case 'AbortMove':
    case 'ReportGroup':
    case 'ConfirmDropped':
      return applyMoveCommand(state, command);
    case 'SetVnodes':
    case 'CreateKeyspace':
      return applySetting(state, command);
    default:
      return assertNever(command);
  }
}
