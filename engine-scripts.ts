import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { type BuildEnvironmentOptions, build, type Plugin, type Rolldown } from 'vite';

type Options = NonNullable<BuildEnvironmentOptions['rolldownOptions']>;

const ENGINE = resolve(import.meta.dirname, 'src/runtime/worker/ringside.worker.ts');
const LATE = resolve(import.meta.dirname, 'src/runtime/worker/late.script.ts');
const ADDRESS = '\0engine-address';

/**
 * Builds the script of the conductor's and the nodes' workers, and beside it the one with the code that they need late. Both are classic scripts: the
 * second is loaded at once, by `importScripts`, from within whatever needs it, and a sandboxed frame can run the first from its text. They share every
 * module and every class: what both use is in the first, and the second takes it from there. Vite's own workers are one file each.
 */
export function engineScripts(options: Options): Plugin {
  return {
    name: 'ringside:engine-scripts',
    apply: 'build',
    enforce: 'pre',
    resolveId: (source) => (source.endsWith('/ringside.worker.ts?worker&url') ? ADDRESS : undefined),
    async load(id) {
      if (id !== ADDRESS) return undefined;
      const chunks = await buildChunks(options);
      const late = lateScript(chunks);
      const lateFile = `late-engine-${createHash('sha256').update(late).digest('base64url').slice(0, 8)}.js`;
      this.emitFile({ type: 'asset', fileName: `assets/${lateFile}`, source: late });
      const source = firstScript(chunks, lateFile);
      const reference = this.emitFile({ type: 'asset', name: 'ringside.worker.js', source });
      return `export default "__VITE_ASSET__${reference}__";`;
    },
  };
}

async function buildChunks(options: Options): Promise<readonly Rolldown.OutputChunk[]> {
  const first = new Set<string>();
  const findFirst: Plugin = {
    name: 'ringside:find-first',
    buildEnd() {
      const open = [ENGINE];
      for (let id = open.pop(); id !== undefined; id = open.pop()) {
        if (first.has(id)) continue;
        first.add(id);
        open.push(...(this.getModuleInfo(id)?.importedIds ?? []));
      }
    },
  };
  const built = await build({
    configFile: false,
    root: import.meta.dirname,
    publicDir: false,
    logLevel: 'warn',
    plugins: [findFirst],
    build: {
      write: false,
      target: 'baseline-widely-available',
      modulePreload: false,
      rolldownOptions: {
        ...options,
        input: { engine: ENGINE, late: LATE },
        output: {
          ...options.output,
          format: 'cjs',
          entryFileNames: '[name].js',
          chunkFileNames: '[name].js',
          codeSplitting: { groups: [{ name: 'first', test: (id: string) => first.has(id) }] },
        },
      },
    },
  });
  if (Array.isArray(built) || !('output' in built)) throw new Error('one build gives one output');
  return built.output.filter((output) => output.type === 'chunk');
}

const isLate = ({ fileName }: Rolldown.OutputChunk): boolean => fileName === 'late.js';

/** All chunks but the late one, each behind those that it needs. */
function firstScript(chunks: readonly Rolldown.OutputChunk[], lateFile: string): string {
  const ordered: Rolldown.OutputChunk[] = [];
  const place = (chunk: Rolldown.OutputChunk): void => {
    if (ordered.includes(chunk)) return;
    for (const needed of chunks) if (chunk.imports.includes(needed.fileName)) place(needed);
    ordered.push(chunk);
  };
  for (const chunk of chunks) if (!isLate(chunk)) place(chunk);
  const modules = ordered.map(
    ({ code, fileName }) => `((exports,require)=>{${code}})(modules["./${fileName}"]={},require);`,
  );
  return `"use strict";(()=>{const modules={},require=name=>modules[name];self.ringsideEngine={require,lateFile:"${lateFile}"};${modules.join('')}})();`;
}

function lateScript(chunks: readonly Rolldown.OutputChunk[]): string {
  const late = chunks.find(isLate);
  if (late === undefined) throw new Error('there is no late chunk');
  return `"use strict";((exports,require)=>{${late.code}})({},self.ringsideEngine.require);`;
}
