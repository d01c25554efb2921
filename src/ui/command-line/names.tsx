import { formatCommand } from '../../console/format-command.ts';
import type { Mention, Named } from '../../console/mentions.ts';
import { nodeName, shardName } from '../../core/cluster/snapshot.ts';
import { type AppServices, useApp } from '../app-context.ts';

/** What the output's buttons put into the command line. */
export type PutLine = (line: string) => void;

interface Props {
  readonly text: string;
  /** In the order of the text; what lies in another is left out. */
  readonly mentions: readonly Mention[] | undefined;
  readonly onPut: PutLine;
}

/** A text of the console in which names can be clicked. It is one text to read, select and copy. */
export function TextWithNames({ text, mentions = [], onPut }: Props) {
  const app = useApp();
  const pieces: React.ReactNode[] = [];
  let end = 0;
  for (const { at, length, ...named } of mentions) {
    if (at < end) continue;
    pieces.push(text.slice(end, at));
    end = at + length;
    pieces.push(
      <button
        key={at}
        type="button"
        className="name-button"
        data-name
        tabIndex={-1}
        title={titleOf(named)}
        onClick={() => use(named, app, onPut)}
      >
        {text.slice(at, end)}
      </button>,
    );
  }
  return [...pieces, text.slice(end)];
}

function titleOf(named: Named): string {
  switch (named.kind) {
    case 'node':
      return `Mark ${nodeName(named.node)} on the stage and in the logs; again to unmark it`;
    case 'shard':
      return `Look at shard ${shardName(named.shard)}`;
    case 'key':
      return 'Put GET with this key into the command line';
    case 'moment':
      return 'Look at this moment';
    case 'verb':
      return `Put ${named.verb} into the command line`;
  }
}

/** Looking at something changes only the view; whatever acts on the cluster is put into the line first. */
function use(named: Named, { store, look }: AppServices, onPut: PutLine): void {
  switch (named.kind) {
    case 'node': {
      const { node } = named;
      store.setState(({ selectedNode }) => ({
        selectedNode: selectedNode === node ? undefined : node,
        selectedLink: undefined,
      }));
      break;
    }
    case 'shard':
      store.setState({ focusedShard: named.shard });
      break;
    case 'key':
      onPut(formatCommand('GET', [named.key]));
      break;
    case 'moment':
      void look({ timeUs: named.timeUs });
      break;
    case 'verb':
      onPut(`${named.verb} `);
      break;
  }
}
