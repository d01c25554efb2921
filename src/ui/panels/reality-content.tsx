import { firstNodes } from '../../core/cluster/node-list.ts';
import { useAppState } from '../app-context.ts';
import { nodeCount } from '../store/node-count.ts';
import { nodeDurability } from '../store/node-durability.ts';
import { describeReality, type RealityItem } from './reality.ts';

/** What is real, what is simulated, and what is not there yet. */
export function RealityContent() {
  const host = useAppState((state) => state.host);
  const run = useAppState((state) => state.run);
  const nodes = useAppState(({ model }) => model.nodes);
  const count = useAppState(nodeCount);
  if (run === undefined) return null;
  const durabilities = firstNodes(count).map((node) => nodeDurability({ nodes }, host, run.config, node));
  const { real, simulated, missing } = describeReality(host, run.runId, durabilities);
  return (
    <>
      <Items title="Real" mark="✓" tone="ok" items={real} />
      <Items title="Simulated" mark="~" tone="accent" items={simulated} />
      <Items title="Not there yet" mark="–" tone="dim" items={missing} />
      <p className="dim card-note">
        Time and chance are simulated so that the same seed and the same actions give the same run, everywhere.
      </p>
    </>
  );
}

interface ItemsProps {
  readonly title: string;
  readonly mark: string;
  readonly tone: 'ok' | 'accent' | 'dim';
  readonly items: readonly RealityItem[];
}

function Items({ title, mark, tone, items }: ItemsProps) {
  return (
    <section className="reality">
      <h3 className={tone}>
        <span aria-hidden="true">{mark}</span> {title}
      </h3>
      <dl>
        {items.map(({ what, how }) => (
          <div key={what} className="reality-row">
            <dt>{what}</dt>
            <dd>{how}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
