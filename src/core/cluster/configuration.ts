import * as raft from '../raft/configuration.ts';
import * as quorum from '../raft/quorum.ts';

/** The same for the screen, which knows no Raft. */
export const { configurationText, isJoint, isVoter, votersOf } = raft;
export const { majority } = quorum;
