import { openApp } from '../../src/app.ts';
import { runCommandLine } from '../../src/cli/main.ts';
import { testShell } from '../cli/shell.ts';
import { SHIPPED } from './run.ts';

type Json = Record<string, unknown>;
export type Typed = {
  readonly exit: number;
  readonly json: Json;
  readonly lines: readonly Json[];
  readonly err: string;
};

/** Types commands, with --json, into the whole command line on the real app, in this process; each opens and closes the database as a process would. */
export function typist(place: {
  readonly cwd: string;
  readonly home: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}) {
  return async (...words: string[]): Promise<Typed> => {
    const { shell, stdout, stderr } = testShell({ json: true });
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, LLMCLIS_HOME: place.home, ...place.env };
    const app = () => openApp({ env, cwd: place.cwd, version: '0.0.0', shipped: SHIPPED });
    const exit = await runCommandLine([...words, '--json'], app, shell);
    const lines = stdout()
      .split('\n')
      .filter(line => line !== '')
      .map(line => JSON.parse(line) as Json);
    return { exit, json: lines.at(-1) ?? {}, lines, err: stderr() };
  };
}
