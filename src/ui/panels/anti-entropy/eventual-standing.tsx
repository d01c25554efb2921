import { useEffect, useState } from 'react';
import { plural } from '../../../console/show.ts';
import type { NodeId, ShardId } from '../../../core/base/ids.ts';
import { nodeName } from '../../../core/cluster/snapshot.ts';
import type { EventualReport } from '../../../core/node/eventual/eventual-report.ts';
import { useApp, useAppState } from '../../app-context.ts';
import { formatSeconds } from '../../format.ts';
import { NodeChip } from '../node-chip.tsx';
import { StorageWatch } from '../storage/storage-watch.ts';

type Reports = ReadonlyMap<NodeId, EventualReport>;

/** What the nodes do for each other in the eventual keyspace: hints that wait, replicas that reads repaired, and what was purged. Nothing where nobody uses it. */
export function EventualStanding({ shard }: { readonly shard: ShardId }) {
  const reports = useReports();
  const inPast = useAppState((state) => state.past !== undefined);
  const keyspace = useAppState((state) => state.keyspace);
  const all = [...(reports ?? [])];
  const isUsed = all.some(
    ([, { hints, readRepairs, operations, shards }]) =>
      hints.length + readRepairs + operations > 0 || shards.some(({ watermarkUs }) => watermarkUs > 0),
  );
  if (inPast || all.length === 0 || (keyspace === 'strong' && !isUsed)) return null;
  return (
    <section aria-labelledby="eventual-title">
      <h3 id="eventual-title">
        The eventual keyspace now <span className="dim">on each node; what is purged of this shard</span>
      </h3>
      <div className="entropy-scroll">
        <table className="entropy-table">
          <thead>
            <tr>
              <th scope="col">node</th>
              <th scope="col">hints it keeps</th>
              <th scope="col">read repairs</th>
              <th scope="col">tombstones purged up to</th>
            </tr>
          </thead>
          <tbody>
            {all.map(([node, { hints, readRepairs, shards }]) => {
              const own = shards.find((each) => each.shard === shard);
              return (
                <tr key={node}>
                  <th scope="row">
                    <NodeChip node={node} />
                  </th>
                  <td>
                    {hints.length === 0
                      ? 'none'
                      : hints.map(({ home, hints: n }) => `${plural(n, 'hint')} for ${nodeName(home)}`).join(', ')}
                  </td>
                  <td>{readRepairs}</td>
                  <td>{own === undefined ? 'no home' : purgedText(own.watermarkUs)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}

const purgedText = (watermarkUs: number): string =>
  watermarkUs <= 0 ? 'nothing yet' : `${formatSeconds(watermarkUs)} s`;

/** Of the nodes that run, asked anew as things happen. */
function useReports(): Reports | undefined {
  const { store, engines } = useApp();
  const names = useAppState(({ model }) => [...model.nodes.keys()].sort((a, b) => a - b).join());
  const [reports, setReports] = useState<Reports>();
  useEffect(() => {
    const nodes = [...store.getState().model.nodes.keys()].filter((node) => names.split(',').includes(`${node}`));
    const ask = async (): Promise<Reports> => {
      const answers = await Promise.all(nodes.map(async (node) => [node, await engines.eventualReport(node)] as const));
      return new Map(answers.flatMap(([node, report]) => (report === undefined ? [] : [[node, report]])));
    };
    const watch = new StorageWatch(ask, setReports);
    let model = store.getState().model;
    const stopWatching = store.subscribe((next) => {
      if (next.model === model) return;
      model = next.model;
      watch.note();
    });
    watch.note();
    return () => {
      stopWatching();
      watch.stop();
    };
  }, [store, engines, names]);
  return reports;
}
