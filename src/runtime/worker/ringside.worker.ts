import { CONDUCTOR_WORKER_NAME } from '../protocol/names.ts';
import { serveConductor } from './serve-conductor.ts';
import { serveNode } from './serve-node.ts';

// One script for every worker of a page: half of the conductor is the nodes' code as well, and is loaded once.
if (self.name === CONDUCTOR_WORKER_NAME) void serveConductor();
else serveNode();
