import type { NodeId } from '../core/base/ids.ts';
import type { Cluster } from './cluster.ts';
import type { CommandResult, Parsed } from './result.ts';
import type { Session } from './session.ts';
import type { Literal } from './tokenizer.ts';

/** What there is to name in a command. */
export interface Topology {
  /** Ascending. */
  readonly nodes: readonly NodeId[];
  readonly shards: number;
}

/** What there is to name, and what a person has named: completion offers it. */
export interface KnownNames extends Topology {
  /** Names of clients, the default one among them. */
  readonly clients: readonly string[];
  /** Keys that operations named, newest first. */
  readonly keys: readonly string[];
}

/** A word that would be taken where it is offered. */
export interface Suggestion {
  /** As it is typed, quotes included. */
  readonly text: string;
  /** What it is, in a few words. */
  readonly hint: string;
  /** Set for data: the text itself, which a quoted or differently spelled word may begin. */
  readonly literal?: string;
}

/** Turns one word into a value, or says what it should have been. */
export interface ValueType<T> {
  /** What it takes, for help and errors: `a node such as n2`. */
  readonly accepts: string;
  /** Words that `parse` takes; absent where there is nothing to choose from. */
  suggest?(known: KnownNames): readonly Suggestion[];
  parse(word: Literal, topology: Topology): Parsed<T>;
}

/** Turns all remaining words into one value. */
export interface RestType<T> {
  readonly accepts: string;
  /** Words that may come after `before`. */
  suggest?(known: KnownNames, before: readonly Literal[]): readonly Suggestion[];
  parse(words: readonly Literal[], topology: Topology): Parsed<T>;
}

export type Positional<T> =
  | { readonly kind: 'required' | 'optional'; readonly type: ValueType<unknown>; readonly value?: T }
  | { readonly kind: 'rest'; readonly type: RestType<unknown>; readonly value?: T };

export const required = <T>(type: ValueType<T>): Positional<T> => ({ kind: 'required', type });
export const optional = <T>(type: ValueType<T>): Positional<T | undefined> => ({ kind: 'optional', type });
export const rest = <T>(type: RestType<T>): Positional<T> => ({ kind: 'rest', type });

// biome-ignore lint/suspicious/noExplicitAny: the element types differ by name; `Arguments` recovers each of them.
type Positionals = Readonly<Record<string, Positional<any>>>;
// biome-ignore lint/suspicious/noExplicitAny: as above.
type Options = Readonly<Record<string, ValueType<any>>>;

export type Arguments<P extends Positionals> = {
  readonly [K in keyof P]: P[K] extends Positional<infer T> ? T : never;
};
export type OptionValues<O extends Options> = {
  readonly [K in keyof O]: (O[K] extends ValueType<infer T> ? T : never) | undefined;
};

export interface CommandContext {
  readonly cluster: Cluster;
  readonly session: Session;
  readonly topology: Topology;
  /** The run that the command is about. */
  readonly runId: string;
  /** Operations are followed step by step: EXPLAIN will tell of them. */
  readonly follow?: boolean;
  /** Other commands of the same text wait for this one: it must not wait for what only they can bring about. */
  readonly isWaitedFor?: boolean;
}

/** A command inside another one, with its arguments. */
export interface BoundCommand {
  readonly command: Command;
  readonly args: Readonly<Record<string, unknown>>;
  readonly options: Readonly<Record<string, unknown>>;
}

interface Described {
  /** Upper case. */
  readonly verb: string;
  readonly aliases?: readonly string[];
  /** One sentence. */
  readonly summary: string;
  readonly example: string;
  /** How the arguments are written, where the parameters' names do not say it. */
  readonly usage?: string;
  /** More to know, a line each. */
  readonly notes?: readonly string[];
}

export interface CommandSpec<P extends Positionals, O extends Options> extends Described {
  /** In order; optional ones after required ones, `rest` alone or last. */
  readonly positionals: P;
  readonly options: O;
  run(context: CommandContext, args: Arguments<P>, options: OptionValues<O>): Promise<CommandResult>;
}

/** A registry entry, whatever its parameters are. */
export interface Command extends Described {
  /** It takes one of these with its own arguments, bound as `inner`, or nothing. */
  readonly wraps?: readonly Command[];
  /** What may stand in the braces behind its verb; at least one of them does, bound, as `block`. */
  readonly block?: readonly Command[];
  readonly positionals: Positionals;
  readonly options: Options;
  run(
    context: CommandContext,
    args: Readonly<Record<string, unknown>>,
    options: Readonly<Record<string, unknown>>,
  ): Promise<CommandResult>;
}

/** Keeps the parameters' types inside the command and gives them up at the registry; `bind` only ever passes what they parsed. */
export function defineCommand<P extends Positionals, O extends Options>(spec: CommandSpec<P, O>): Command {
  return {
    ...spec,
    run: (context, args, options) => spec.run(context, args as Arguments<P>, options as OptionValues<O>),
  };
}
