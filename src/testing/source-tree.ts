import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { parseSync } from 'vite';

/** One source file as the checks of this repository see it. `path` is relative to `src`, with forward slashes. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly isTest: boolean;
}

/** A node of the syntax tree (ESTree with TypeScript); only what every node has. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly [field: string]: unknown;
}

export interface ImportUse {
  readonly specifier: string;
  /** `type`: erased by the compiler. `url`: a file named by `new URL(…, import.meta.url)`, as workers are. */
  readonly kind: 'value' | 'type' | 'url';
  readonly line: number;
}

const SOURCE_ROOT = join(import.meta.dirname, '..');

const isTestPath = (path: string): boolean => /\.test\.tsx?$/.test(path) || path.split('/').includes('testing');

/** Every TypeScript file below `src`, in a fixed order. */
export function readSourceTree(): readonly SourceFile[] {
  return readdirSync(SOURCE_ROOT, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => {
      const path = relative(SOURCE_ROOT, file).split(sep).join('/');
      return { path, text: readFileSync(file, 'utf8'), isTest: isTestPath(path) };
    });
}

/** The syntax tree's nodes in order of appearance. Throws when the file cannot be parsed: an unread file is not a clean one. */
export function syntaxNodes(file: Pick<SourceFile, 'path' | 'text'>): readonly SyntaxNode[] {
  const result = parseSync(file.path, file.text);
  const [error] = result.errors;
  if (error !== undefined) throw new Error(`${file.path} cannot be parsed: ${error.message}`);
  const nodes: SyntaxNode[] = [];
  collect(result.program, nodes);
  return nodes;
}

function collect(value: unknown, nodes: SyntaxNode[]): void {
  if (Array.isArray(value)) {
    for (const item of value) collect(item, nodes);
  } else if (isNode(value)) {
    nodes.push(value);
    for (const field of Object.values(value)) collect(field, nodes);
  }
}

const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

export const child = (node: SyntaxNode, field: string): SyntaxNode | undefined => {
  const value = node[field];
  return isNode(value) ? value : undefined;
};

export const lineOf = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

const IMPORTING = ['ImportDeclaration', 'ExportAllDeclaration', 'ExportNamedDeclaration', 'ImportExpression'];

/** Everything that the file names of other files: imports, re-exports, dynamic imports, import types and worker addresses. */
export function importUses(file: Pick<SourceFile, 'path' | 'text'>): readonly ImportUse[] {
  const uses: ImportUse[] = [];
  for (const node of syntaxNodes(file)) {
    const line = lineOf(file.text, node.start);
    if (IMPORTING.includes(node.type)) {
      const source = child(node, 'source');
      if (source === undefined) continue;
      // A computed address escapes every check, so it is not accepted at all.
      if (typeof source.value !== 'string') throw new Error(`${file.path}:${line} imports a computed address`);
      const erased = node.importKind === 'type' || node.exportKind === 'type';
      uses.push({ specifier: source.value, kind: erased ? 'type' : 'value', line });
    } else if (node.type === 'TSImportType') {
      const source = child(node, 'source');
      if (typeof source?.value === 'string') uses.push({ specifier: source.value, kind: 'type', line });
    } else if (node.type === 'NewExpression' && child(node, 'callee')?.name === 'URL') {
      const first = (node.arguments as readonly SyntaxNode[])[0];
      const address = first?.value;
      if (typeof address === 'string' && /^\.{1,2}\//.test(address))
        uses.push({ specifier: address, kind: 'url', line });
    }
  }
  return uses;
}
