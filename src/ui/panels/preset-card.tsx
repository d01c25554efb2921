import { useState } from 'react';
import { formatCommand } from '../../console/format-command.ts';
import { useAppState, useCommand } from '../app-context.ts';
import type { CardProps } from './lazy-popover.tsx';
import { PRESETS, type Preset, sizeText } from './presets.ts';

/** Sizes to start another cluster with: chosen, then confirmed, since the present one's data goes. */
export function PresetCard({ close }: CardProps) {
  const config = useAppState((state) => state.run?.config);
  const seed = useAppState((state) => state.run?.seed);
  const [chosen, setChosen] = useState<Preset>();
  const run = useCommand();
  if (config === undefined || seed === undefined) return null;
  if (chosen === undefined) return <Choices config={config} seed={seed} onChoose={setChosen} />;
  const { nodes, shards } = chosen;
  return (
    <Confirm
      preset={chosen}
      seed={seed}
      onSave={() => run(formatCommand('SAVE'))}
      onBack={() => setChosen(undefined)}
      onStart={() => {
        close();
        run(formatCommand('RESET', [], { nodes: String(nodes), shards: String(shards) }));
      }}
    />
  );
}

interface ChoicesProps {
  readonly config: { readonly nodes: number; readonly shards: number };
  readonly seed: number;
  readonly onChoose: (preset: Preset) => void;
}

function Choices({ config, seed, onChoose }: ChoicesProps) {
  return (
    <>
      <ul className="presets">
        {PRESETS.map((preset) => {
          const present = preset.nodes === config.nodes && preset.shards === config.shards;
          return (
            <li key={preset.name}>
              <button type="button" className="preset" onClick={() => onChoose(preset)}>
                <span className="preset-name">{preset.name}</span>
                <span className="dim">{sizeText(preset)}</span>
                {present ? <span className="ok">✓ now</span> : null}
              </button>
            </li>
          );
        })}
      </ul>
      <p className="dim card-note">
        Seed {seed} is kept. Other sizes and seeds: <span className="mono">RESET nodes=5 shards=8 seed=7</span>
      </p>
    </>
  );
}

interface ConfirmProps {
  readonly preset: Preset;
  readonly seed: number;
  readonly onStart: () => void;
  readonly onSave: () => void;
  readonly onBack: () => void;
}

function Confirm({ preset, seed, onStart, onSave, onBack }: ConfirmProps) {
  return (
    <>
      <p>
        This starts an empty cluster of {sizeText(preset)} from seed {seed}, and deletes what the present one stored.{' '}
        <span className="mono">SAVE</span> first to keep this one.
      </p>
      <p className="card-actions">
        {/* The button that was pressed is gone: the focus goes to the one that loses nothing. */}
        {/* biome-ignore lint/a11y/noAutofocus: the answer to what was just asked, inside an open dialog */}
        <button type="button" className="button" autoFocus onClick={onSave}>
          Save first
        </button>
        <button type="button" className="button button-main" onClick={onStart}>
          Start empty
        </button>
        <button type="button" className="button" onClick={onBack}>
          Back
        </button>
      </p>
    </>
  );
}
