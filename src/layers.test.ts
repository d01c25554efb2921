import { describe, expect, test } from 'vitest';
import { type ImportUse, importUses, readSourceTree } from './testing/source-tree.ts';

const CONCEPTS = ['core/base', 'core/raft', 'core/lsm', 'core/ring', 'core/merkle', 'core/membership'] as const;
const CORE = [...CONCEPTS, 'core/replication', 'core/meta', 'core/node', 'core/client', 'core/cluster'] as const;

interface LayerRule {
  /** Layers it may import from; always also its own. */
  readonly from: readonly string[];
  /** Layers of which it may import types only. */
  readonly typesFrom?: readonly string[];
  /** Single files of other layers that it may import. */
  readonly files?: readonly string[];
  /** Layers whose files it may name by address (`new URL`, `?worker`), never call. */
  readonly addresses?: readonly string[];
  /** npm packages; a trailing slash allows all names below. */
  readonly packages: readonly string[];
}

/** Arrows point down only (src/ARCHITECTURE.md). A layer that is not in this table may not exist. */
const RULES: Readonly<Record<string, LayerRule>> = {
  'core/base': { from: [], packages: ['crc-32', 'pure-rand/'] },
  'core/raft': { from: ['core/base'], packages: [] },
  'core/lsm': { from: ['core/base'], packages: [] },
  'core/ring': { from: ['core/base'], packages: [] },
  'core/merkle': { from: ['core/base'], packages: [] },
  'core/membership': { from: ['core/base'], packages: [] },
  'core/replication': { from: ['core/base', 'core/merkle'], packages: [] },
  'core/meta': { from: ['core/base', 'core/raft', 'core/ring'], packages: [] },
  'core/node': { from: [...CONCEPTS, 'core/replication', 'core/meta'], packages: [] },
  'core/client': {
    from: ['core/base', 'core/raft', 'core/ring', 'core/replication', 'core/meta', 'core/node'],
    packages: [],
  },
  'core/cluster': { from: CORE, packages: [] },
  sim: { from: CORE, packages: ['pure-rand/'] },
  console: { from: CORE, packages: [] },
  'runtime/protocol': { from: [...CORE, 'sim'], typesFrom: ['console'], packages: [] },
  'runtime/conductor': { from: [...CORE, 'sim', 'console', 'runtime/protocol'], packages: ['comlink', 'idb'] },
  'runtime/worker': { from: [...CORE, 'sim', 'runtime/protocol', 'runtime/conductor'], packages: ['comlink', 'idb'] },
  'runtime/page': {
    // The conductor only by `import()`, for browsers without workers: the first script stays small (npm run size).
    from: [...CORE, 'sim', 'runtime/protocol', 'runtime/conductor', 'console'],
    typesFrom: ['runtime/worker'],
    addresses: ['runtime/worker'],
    packages: ['comlink', 'idb'],
  },
  embed: { from: ['core/cluster', 'console'], packages: [] },
  ui: {
    from: ['core/cluster', 'console', 'embed'],
    typesFrom: CORE,
    // Ids are brands: the casts that make them are part of their type.
    files: ['core/base/ids.ts'],
    packages: [
      ...['react', 'react/', 'react-dom', 'react-dom/', 'zustand', 'zustand/', 'd3', '@fontsource-variable/'],
      ...['cmdk', 'lucide-react'],
    ],
  },
  cli: { from: [...CORE, 'sim', 'console'], packages: ['node:', '@playwright/test', 'puppeteer-core', 'vite'] },
  'main.tsx': {
    from: [...CORE, 'sim', 'console', 'runtime/protocol', 'runtime/page', 'embed', 'ui'],
    packages: ['react', 'react/', 'react-dom', 'react-dom/'],
  },
};

const LAYERS = Object.keys(RULES);

const layerOf = (path: string): string | undefined =>
  LAYERS.find((layer) => path === layer || path.startsWith(`${layer}/`));

/** `../raft/entry.ts?worker` named in `core/node/x.ts` → `core/raft/entry.ts`. Undefined: it leaves `src`. */
function resolve(fromPath: string, specifier: string): string | undefined {
  const parts = fromPath.split('/').slice(0, -1);
  for (const part of (specifier.split('?')[0] as string).split('/')) {
    if (part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}

function packageAllowed(specifier: string, allowed: readonly string[]): boolean {
  return allowed.some((name) => (/[/:]$/.test(name) ? specifier.startsWith(name) : specifier === name));
}

/** Why this import may not stand in this file; undefined when it may. */
function objection(path: string, use: ImportUse): string | undefined {
  const layer = layerOf(path);
  if (layer === undefined) return 'the file is in no known layer';
  const rule = RULES[layer] as LayerRule;
  if (!use.specifier.startsWith('.')) {
    return packageAllowed(use.specifier, rule.packages) ? undefined : `${layer} may not use the package`;
  }
  const target = resolve(path, use.specifier);
  if (target === undefined) return 'the import leaves src';
  if (!/\.(ts|tsx|css|json|svg)$/.test(target)) return 'the import names no file extension';
  if (/\.test\.tsx?$/.test(target) || target.split('/').includes('testing')) return 'only tests may use test code';
  const targetLayer = layerOf(target);
  if (targetLayer === undefined) return 'the target is in no known layer';
  if (targetLayer === layer || rule.from.includes(targetLayer)) return undefined;
  if (rule.files?.includes(target)) return undefined;
  if (use.kind === 'type' && rule.typesFrom?.includes(targetLayer)) return undefined;
  const named = use.kind === 'url' || use.specifier.includes('?worker');
  if (named && rule.addresses?.includes(targetLayer)) return undefined;
  const what = use.kind === 'type' ? 'types' : 'values';
  return `${layer} may not import ${what} from ${targetLayer}`;
}

function objections(path: string, text: string): string[] {
  return importUses({ path, text }).flatMap((use) => {
    const why = objection(path, use);
    return why === undefined ? [] : [`${path}:${use.line} '${use.specifier}': ${why}`];
  });
}

describe('layers', () => {
  const sources = readSourceTree().filter((file) => !file.isTest);

  test('imports point down only', () => {
    const imports = sources.flatMap((file) => importUses(file));
    expect(sources.length, 'files examined').toBeGreaterThan(0);
    expect(imports.length, 'imports examined').toBeGreaterThan(0);
    expect(sources.flatMap((file) => objections(file.path, file.text))).toEqual([]);
  });

  test.each([
    ['core/base/x.ts', `import { a } from '../raft/entry.ts';`],
    ['core/base/x.ts', `import type { A } from '../raft/entry.ts';`],
    ['core/base/x.ts', `export * from '../raft/entry.ts';`],
    ['core/base/x.ts', `export { a } from '../raft/entry.ts';`],
    ['core/base/x.ts', `const a = import('../raft/entry.ts');`],
    ['core/base/x.ts', `type A = import('../raft/entry.ts').A;`],
    ['core/raft/x.ts', `import { a } from '../lsm/a.ts';`],
    ['core/node/x.ts', `import { a } from '../../sim/a.ts';`],
    ['core/node/x.ts', `import { a } from '../base/testing/a.ts';`],
    ['core/node/x.ts', `import { a } from '../base/a';`],
    ['core/node/x.ts', `import fs from 'node:fs';`],
    ['sim/x.ts', `import { a } from '../runtime/worker/a.ts';`],
    ['console/x.ts', `import type { A } from '../sim/a.ts';`],
    ['runtime/worker/x.ts', `import { a } from '../page/a.ts';`],
    ['runtime/page/x.ts', `import { a } from '../worker/a.ts';`],
    ['embed/x.ts', `import { a } from '../ui/a.ts';`],
    ['ui/x.tsx', `import { a } from '../core/node/a.ts';`],
    ['ui/x.tsx', `import { type A } from '../core/node/a.ts';`],
    ['ui/x.tsx', `import type { A } from '../runtime/page/a.ts';`],
    ['runtime/conductor/x.ts', `import { a } from '../worker/a.ts';`],
    ['ui/x.tsx', `const a = new Worker(new URL('../runtime/worker/a.ts', import.meta.url));`],
    ['nowhere/x.ts', `import { a } from './a.ts';`],
  ])('refuses in %s: %s', (path, text) => {
    expect(objections(path, text)).toHaveLength(1);
  });

  test.each([
    ['core/raft/x.ts', `import { a } from '../base/a.ts';`],
    ['core/node/x.ts', `// import { a } from '../../sim/a.ts';`],
    ['ui/x.tsx', `import type { A } from '../core/node/a.ts';`],
    ['ui/x.tsx', `import { nodeId } from '../core/base/ids.ts';`],
    ['ui/x.tsx', `import { nodeName } from '../core/cluster/snapshot.ts';`],
    ['runtime/page/x.ts', `const a = new Worker(new URL('../worker/a.ts', import.meta.url));`],
    ['runtime/page/x.ts', `import A from '../worker/a.ts?worker&inline';`],
  ])('accepts in %s: %s', (path, text) => {
    expect(objections(path, text)).toEqual([]);
  });
});
