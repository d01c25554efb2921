import { EventualCalls } from './eventual-calls.ts';
import { ReplicaPolls } from './replica-polls.ts';

/** What a client needs when somebody asks for R=2, R=3 or W=3, or in the eventual keyspace: see late-client.ts. */
export const LATE_CLIENT = { EventualCalls, ReplicaPolls };
