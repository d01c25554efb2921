import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CorruptBytes } from '../base/bytes.ts';
import { clientActorId, nodeId, shardId } from '../base/ids.ts';
import { decodeEnvelope, encodeEnvelope } from './codec.ts';
import { type Command, decodeCommand } from './command.ts';
import { decodeLogRecord, encodeEntries, encodeHardState, encodeHosting, encodeStanding } from './log-record.ts';
import { type Message, NODE_QUEUES, REFUSAL_REASONS } from './message.ts';
import { decodeSession, encodeSession, sessionKey, sessionOfKey } from './session-row.ts';
import { encodeCommand } from './write-command.ts';

const number = fc.oneof(fc.nat(300), fc.maxSafeNat());
const positive = number.filter((n) => n > 0);
const flag = fc.boolean();
const word = fc.nat({ max: 0xffffffff });
const blob = fc.uint8Array({ maxLength: 40 });
const optionalBlob = fc.option(blob, { nil: undefined });
const shard = fc.nat(65535).map(shardId);
const node = fc.nat(99).map(nodeId);

const constant = <const T extends string>(type: T) => fc.constant(type);
const ids = fc
  .uniqueArray(fc.integer({ min: 1, max: 99 }), { maxLength: 5 })
  .map((drawn) => drawn.sort((a, b) => a - b).map(nodeId));
const replicas = fc.array(fc.record({ node, replicaId: number }), { minLength: 1, maxLength: 4 });
const configuration = fc.record(
  {
    voters: ids.filter(({ length }) => length > 0),
    votersOutgoing: ids,
    learners: ids,
    token: number.map((token) => token + 1),
    replicas,
  },
  { requiredKeys: ['voters', 'votersOutgoing', 'learners'] },
);
const base = fc
  .record({ index: number.map((index) => index + 1), term: number, stampUs: number, configuration, before: fc.nat(3) })
  .map(({ before, ...rest }) => ({ ...rest, configurationIndex: Math.max(0, rest.index - before) }));
const entry = fc.record({
  term: number,
  index: number,
  kind: fc.constantFrom('noop' as const, 'command' as const),
  stampUs: number,
  command: blob,
});
const entries = fc.array(entry, { maxLength: 5 });
const keyWrite = fc.oneof(
  fc.record(
    { type: constant('Put'), key: blob, value: blob, ttlUs: positive },
    { requiredKeys: ['type', 'key', 'value'] },
  ),
  fc.record({ type: constant('Delete'), key: blob }),
  fc.record(
    { type: constant('Cas'), key: blob, value: blob, expected: optionalBlob, ttlUs: positive },
    { requiredKeys: ['type', 'key', 'value', 'expected'] },
  ),
);
const writeOp = fc.oneof(keyWrite, fc.record({ type: constant('Batch'), items: fc.array(keyWrite, { maxLength: 4 }) }));
const answer = fc.oneof(
  fc.record({ type: constant('Ok'), existed: flag }),
  fc.record({ type: constant('Mismatch'), actual: optionalBlob }),
  fc.record({ type: constant('BatchOk'), existed: fc.array(flag, { maxLength: 5 }) }),
  fc.record({ type: constant('BatchMismatch'), item: number, actual: optionalBlob }),
);
const raftBody = fc.oneof(
  fc.record({
    type: constant('RequestVote'),
    term: number,
    preVote: flag,
    transfer: flag,
    lastLogIndex: number,
    lastLogTerm: number,
  }),
  fc.record({ type: constant('RequestVoteResponse'), term: number, preVote: flag, voteGranted: flag }),
  fc.record({
    type: constant('AppendEntries'),
    term: number,
    prevLogIndex: number,
    prevLogTerm: number,
    entries,
    leaderCommit: number,
    sentUs: number,
  }),
  fc.record({
    type: constant('AppendEntriesResponse'),
    term: number,
    success: flag,
    index: number,
    conflictTerm: number,
    conflictIndex: number,
    sentUs: number,
  }),
  fc.record({ type: constant('Heartbeat'), term: number, leaderCommit: number, readContext: number, sentUs: number }),
  fc.record({
    type: constant('HeartbeatResponse'),
    term: number,
    readContext: number,
    sentUs: number,
    snapshotFrom: number,
  }),
  fc.record({ type: constant('TimeoutNow'), term: number }),
  fc
    .record({
      type: constant('InstallSnapshot'),
      term: number,
      lastIncluded: base,
      offset: number,
      root: fc.option(fc.record({ high: word, low: word }), { nil: undefined }),
      checksum: word,
      data: fc.uint8Array({ maxLength: 40 }),
    })
    .map((piece) => ({ ...piece, done: piece.root !== undefined })),
  fc.record({
    type: constant('InstallSnapshotResponse'),
    term: number,
    lastIncludedIndex: number,
    offset: number,
    refused: flag,
  }),
);
const register = fc.record({ type: constant('RegisterClient'), nonce: number });
const write = fc.record({ type: constant('Write'), session: number, sequence: number, write: writeOp });
const requestBody = fc.oneof(
  register,
  write,
  write.map((each) => ({ ...each, leaderAck: true as const })),
  fc.record(
    { type: constant('Get'), key: blob, read: constant('index'), hedge: fc.constant(true as const) },
    { requiredKeys: ['type', 'key'] },
  ),
  fc.record(
    {
      type: constant('Scan'),
      from: blob,
      to: optionalBlob,
      limit: number,
      reverse: fc.constant(true),
      read: constant('index'),
    },
    { requiredKeys: ['type', 'from', 'to', 'limit'] },
  ),
  fc.record({ type: constant('GetPlacement') }),
  fc.record({ type: constant('ReplicaGet'), key: optionalBlob, appliedIndex: number, waitUs: number }),
);
const replicaState = {
  replicaId: number,
  leads: flag,
  term: number,
  appliedIndex: number,
  commitIndex: number,
  lastIndex: number,
  configuration,
  configurationIndex: number,
};
const ground = fc.constantFrom('lease', 'index');
const pairs = fc.array(fc.record({ key: blob, value: blob }), { maxLength: 4 });
const nodes = fc.array(node, { maxLength: 4 });
const holders = fc.record({ replicas: nodes, leader: node, term: number });
const replyBody = fc.oneof(
  fc.record({ type: constant('Registered'), session: number, term: number, index: number }),
  fc.record({
    type: constant('Written'),
    answer,
    term: number,
    index: number,
    acks: number,
    voters: number,
    duplicate: flag,
  }),
  fc.record(
    {
      type: constant('Value'),
      value: optionalBlob,
      expiresInUs: positive,
      term: number,
      readIndex: number,
      appliedIndex: number,
      ground,
      leader: fc.integer({ min: 1, max: 99 }).map(nodeId),
    },
    { requiredKeys: ['type', 'value', 'term', 'readIndex', 'appliedIndex', 'ground'] },
  ),
  fc.record({
    type: constant('Range'),
    pairs,
    more: flag,
    term: number,
    readIndex: number,
    appliedIndex: number,
    ground,
  }),
  fc.record(
    {
      type: constant('ReplicaValue'),
      value: optionalBlob,
      expiresInUs: positive,
      isDue: flag,
      ...replicaState,
      leaderContactUs: word,
    },
    { requiredKeys: ['type', 'value', 'isDue', ...Object.keys(replicaState)] as never },
  ),
  fc.record(
    { type: constant('ReplicaBehind'), ...replicaState, leaderContactUs: word },
    { requiredKeys: ['type', ...Object.keys(replicaState)] as never },
  ),
  fc.record({ type: constant('Appended'), term: number, index: number, voters: number }),
  fc.record({ type: constant('NotLeader'), leader: node, term: number }),
  fc.record({
    type: constant('Quarantined'),
    reason: fc.constantFrom(...REFUSAL_REASONS),
    isAlone: fc.boolean(),
    leader: node,
    term: number,
  }),
  fc.record({ type: constant('TransferUnderWay'), to: node, term: number }),
  fc.record({ type: constant('Busy'), queue: fc.constantFrom(...NODE_QUEUES) }),
  fc.record({ type: constant('WrongShard'), metaIndex: number, holders }),
  fc.record({ type: constant('StaleEpoch'), ringEpoch: number, metaIndex: number, holders }),
  fc.record({
    type: constant('Placement'),
    metaIndex: number,
    ringEpoch: number,
    nodes,
    shards: fc.array(holders, { maxLength: 4 }),
  }),
  fc.constantFrom({ type: 'SessionExpired' as const }, { type: 'LeadershipLost' as const }),
);
const root = fc.record({ high: word, low: word });
const observation = fc.record({
  shard,
  report: fc.record({ confVer: number, configuration, token: number, term: number, leader: node }),
  caughtUp: ids,
  verified: fc.option(fc.record({ token: number, copy: fc.record({ index: number, root: blob }) }), { nil: undefined }),
});
const order = fc.oneof(
  fc.record({
    type: constant('ChangeConfiguration'),
    shard,
    leader: node,
    token: number,
    confVer: number,
    target: fc.record({ voters: ids, learners: ids }),
    replicaId: number,
  }),
  fc.record({ type: constant('TransferLeadership'), shard, leader: node, token: number, to: node }),
  fc.record({ type: constant('CompareCopy'), shard, leader: node, token: number, learner: node }),
  fc.record({ type: constant('CreateReplica'), node, shard, replicaId: number, incarnation: number }),
  fc.record({ type: constant('DropReplica'), node, shard, replicaId: number }),
);
const states = fc.array(
  fc.record({ node, incarnation: number, version: number, left: fc.boolean(), ringEpoch: number, ageMs: number }),
  { maxLength: 4 },
);
const merkleQuestion = fc.oneof(
  fc.record({ type: constant('root') }),
  fc.record({ type: constant('inner') }),
  fc.record({ type: constant('leaves'), nodes: fc.array(number, { maxLength: 4 }) }),
  fc.record({
    type: constant('rows'),
    leaves: fc.array(number, { maxLength: 4 }),
    after: fc.option(fc.record({ keyspace: fc.nat(255), key: blob }), { nil: undefined }),
  }),
);
const merkleAnswer = fc.oneof(
  fc.record({ type: constant('hashes'), hashes: fc.array(root, { maxLength: 4 }) }),
  fc.record({ type: constant('rows'), rows: blob, isLast: fc.boolean() }),
  fc.record({ type: constant('gone') }),
);
const message = fc.oneof(
  fc.record({ type: constant('GossipSyn'), states }),
  fc.record({ type: constant('GossipAck'), states }),
  fc.record({ type: constant('Raft'), shard, fromReplica: number, toReplica: number, body: raftBody }),
  fc.record({
    type: constant('ReadIndexAsked'),
    shard,
    epoch: number,
    context: number,
    client: fc.integer({ min: 100, max: 65_000 }).map(clientActorId),
    requestId: number,
  }),
  fc.record({ type: constant('ReadIndexTold'), shard, epoch: number, context: number, index: number }),
  fc.record({ type: constant('GroupStatusAsked'), metaIndex: number }),
  fc.record({
    type: constant('GroupsReported'),
    incarnation: number,
    observations: fc.array(observation, { maxLength: 3 }),
    dropped: fc.array(number, { maxLength: 3 }),
  }),
  fc.record({ type: constant('MetaOrdered'), order }),
  fc.record({ type: constant('JoinAsked') }),
  fc.record({ type: constant('MetaFetched'), newerThan: number }),
  fc.record({ type: constant('MetaTold'), index: number, state: blob }),
  fc.record({ type: constant('CopyRead'), shard, token: number, index: number, root }),
  fc.record({ type: constant('RootAsked'), shard, index: number }),
  fc.record({ type: constant('RootTold'), shard, index: number, root }),
  fc.record({ type: constant('RepairAsked'), shard, replicaId: number, after: number }),
  fc.record({
    type: constant('MerkleAsked'),
    shard,
    index: number,
    epoch: number,
    step: number,
    question: merkleQuestion,
  }),
  fc.record({ type: constant('MerkleTold'), shard, index: number, epoch: number, step: number, answer: merkleAnswer }),
  fc.record({ type: constant('ClientRequest'), requestId: number, shard, ringEpoch: number, body: requestBody }),
  fc.record({
    type: constant('ClientReply'),
    requestId: number,
    shard,
    ringEpoch: number,
    suspects: nodes,
    body: replyBody,
  }),
  fc.record({ type: constant('ConnectionRefused'), requestId: number }),
) as fc.Arbitrary<Message>;
const envelope = fc.array(message, { maxLength: 6 });

test('envelopes round-trip', () => {
  fc.assert(
    fc.property(envelope, (messages) => void expect(decodeEnvelope(encodeEnvelope(messages))).toEqual(messages)),
    { numRuns: 500 },
  );
});

test('a cut or lengthened envelope is refused with CorruptBytes', () => {
  fc.assert(
    fc.property(envelope, fc.nat(), (messages, at) => {
      const whole = encodeEnvelope(messages);
      expect(() => decodeEnvelope(whole.slice(0, at % whole.length))).toThrow(CorruptBytes);
      expect(() => decodeEnvelope(Uint8Array.of(...whole, 0))).toThrow(CorruptBytes);
    }),
  );
});

test('garbage either decodes to something that encodes again, or is refused with CorruptBytes', () => {
  const garbage = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.tuple(envelope, fc.nat(), fc.nat(255)).map(([messages, at, byte]) => {
      const bytes = encodeEnvelope(messages);
      bytes[at % bytes.length] = byte;
      return bytes;
    }),
  );
  fc.assert(
    fc.property(garbage, (bytes) => {
      let messages: Message[];
      try {
        messages = decodeEnvelope(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(CorruptBytes);
        return;
      }
      expect(decodeEnvelope(encodeEnvelope(messages))).toEqual(messages);
    }),
    { numRuns: 1000 },
  );
});

test('commands round-trip', () => {
  const check = fc.oneof(
    fc.record({ type: constant('Check') }),
    fc.record({ type: constant('Verdict'), index: number, root }),
    fc.record({ type: constant('Repair'), replicaId: number }),
  );
  const command = fc.oneof(register, write, check) as fc.Arbitrary<Command>;
  fc.assert(fc.property(command, (value) => void expect(decodeCommand(encodeCommand(value))).toEqual(value)));
});

test('log records round-trip', () => {
  const hardState = fc.record({ currentTerm: number, votedFor: number, commitIndex: number });
  fc.assert(
    fc.property(shard, number, hardState, entries, (s, replicaId, state, list) => {
      expect(decodeLogRecord(encodeHardState(s, replicaId, state))).toEqual({
        type: 'HardState',
        shard: s,
        replicaId,
        hardState: state,
      });
      expect(decodeLogRecord(encodeEntries(s, replicaId, list))).toEqual({
        type: 'Entries',
        shard: s,
        replicaId,
        entries: list,
      });
    }),
  );
});

test('which replicas a node has round-trips, those in quarantine among them; another standing is refused', () => {
  const standing = fc.constantFrom({ isOpen: false }, { isOpen: true }, { isOpen: true, isQuarantined: true as const });
  const hosted = fc
    .tuple(fc.record({ shard, replicaId: number, storageId: number }), standing)
    .map(([replica, is]) => ({ ...replica, ...is }));
  fc.assert(
    fc.property(fc.boolean(), fc.array(hosted, { maxLength: 4 }), (whole, replicas) => {
      const bytes = encodeHosting({ whole, replicas });
      expect(decodeLogRecord(bytes)).toEqual({ type: 'Hosting', whole, replicas });
      if (replicas.length > 0)
        expect(() => decodeLogRecord(Uint8Array.of(...bytes.slice(0, -1), 3))).toThrow(CorruptBytes);
    }),
  );
  fc.assert(
    fc.property(shard, number, fc.boolean(), (s, replicaId, isQuarantined) => {
      const record = { shard: s, replicaId, isQuarantined };
      const bytes = encodeStanding(record);
      expect(decodeLogRecord(bytes)).toEqual({ type: 'Standing', ...record });
      expect(() => decodeLogRecord(bytes.slice(0, -1))).toThrow(CorruptBytes);
      expect(() => decodeLogRecord(Uint8Array.of(...bytes, 0))).toThrow(CorruptBytes);
    }),
  );
});

test('session rows round-trip; ids of every size have keys of their own', () => {
  const last = fc.record({ answer, term: number, index: number });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 53 - 1 }), number, last, (lastSequence, usedUs, value) => {
      const session = { lastSequence, usedUs, last: value };
      expect(decodeSession(encodeSession(session))).toEqual(session);
    }),
  );
  fc.assert(fc.property(number, (id) => void expect(sessionOfKey(sessionKey(id))).toBe(id)));
});
