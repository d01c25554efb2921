import { ReplicaPolls } from './replica-polls.ts';

/** What a client needs when somebody asks for R=2, R=3 or W=3: see late-client.ts. */
export const LATE_CLIENT = { ReplicaPolls };
