import type { App } from '../app.ts';
import { ok, type Result } from '../core/failure.ts';
import type { ArgumentTable, ArgumentValues, Flag, FlagTable, FlagValues } from './flags.ts';
import type { Output } from './output.ts';
import { parseArguments } from './parse.ts';
import type { Shell } from './shell.ts';

export type Example = { readonly command: string; readonly does: string };

/** What every command shows about itself. Help, the docs and the suggestions are all made from this. */
export type CommandCard = {
  readonly name: string;
  readonly summary: string;
  /** More than one sentence, where a command needs it. */
  readonly about?: string;
  readonly args: ArgumentTable;
  readonly flags: FlagTable;
  readonly examples: readonly Example[];
};

/** A command whose words have been read and found right. The `ok` holds the exit code. */
export type Ready<Need> = (app: Need, shell: Shell) => Promise<Result<number>>;

/** A command that asks for `Need`, the few methods of the app it uses. */
export type Command<Need = App> = CommandCard & {
  /** Reads the words after the name, before any app is opened. */
  readonly prepare: (argv: readonly string[]) => Result<Ready<Need>>;
};

export type CommandSpec<Need, A extends ArgumentTable, F extends FlagTable> = {
  readonly name: string;
  readonly summary: string;
  readonly about?: string;
  readonly args: A;
  readonly flags: F;
  readonly examples: readonly Example[];
  readonly run: (
    app: Need,
    input: { readonly args: ArgumentValues<A>; readonly flags: FlagValues<F> },
    out: Output,
    shell: Shell,
  ) => Promise<Result<number>>;
};

export const JSON_FLAG = { type: 'boolean', help: 'Answer as JSON, one object on one line.' } as const satisfies Flag;

/** Declares a command; `--json` is added to its flags. */
export function defineCommand<Need, const A extends ArgumentTable, const F extends FlagTable>(
  spec: CommandSpec<Need, A, F>,
): Command<Need> {
  const flags: FlagTable = { ...spec.flags, json: JSON_FLAG };
  return {
    name: spec.name,
    summary: spec.summary,
    ...(spec.about === undefined ? {} : { about: spec.about }),
    args: spec.args,
    flags,
    examples: spec.examples,
    prepare: argv => {
      const parsed = parseArguments<A, F>({ name: spec.name, args: spec.args, flags }, argv);
      return parsed.ok ? ok((app, shell) => spec.run(app, parsed.value, shell.out, shell)) : parsed;
    },
  };
}
