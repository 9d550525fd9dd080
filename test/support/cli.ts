import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { SHIPPED } from './run.ts';

/** The command line from its sources: a build that another test makes meanwhile does not touch it. */
const BIN = join(SHIPPED, 'src/bin.ts');

type Place = {
  readonly cwd: string;
  /** LLMCLIS_HOME. */
  readonly home: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A program and its arguments to run it under. */
  readonly under?: readonly string[];
};
type Json = Record<string, unknown>;

const environment = ({ home, env }: Place) => {
  const { PATH = '', HOME = '' } = process.env;
  return { PATH, HOME, LLMCLIS_HOME: home, ...env };
};
const linesOf = (text: string): readonly Json[] =>
  text
    .split('\n')
    .filter(line => line.startsWith('{'))
    .map(line => JSON.parse(line) as Json);

/** Runs the command line as a process; `json` holds each line of its output that is an object. */
export function runCli(words: readonly string[], place: Place) {
  const [program = process.execPath, ...args] = [...(place.under ?? []), process.execPath, BIN, ...words];
  const ended = spawnSync(program, args, { cwd: place.cwd, env: environment(place), encoding: 'utf8' });
  return { exit: ended.status, out: ended.stdout, err: ended.stderr, json: linesOf(ended.stdout) };
}

/** Starts the command line; `line` resolves with the first event that fits, `ended` with its exit code and all its events. */
export function startCli(words: readonly string[], place: Place) {
  const child: ChildProcess = spawn(process.execPath, [BIN, ...words], { cwd: place.cwd, env: environment(place) });
  let out = '';
  let err = '';
  const seen = new Set<() => void>();
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    for (const look of seen) look();
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const complete = () => linesOf(out.slice(0, out.lastIndexOf('\n') + 1));
  const ended = new Promise<{ exit: number | null; events: readonly Json[]; err: string }>(resolve => {
    child.on('close', exit => resolve({ exit, events: complete(), err }));
  });
  const line = (fits: (event: Json) => boolean) =>
    new Promise<Json>((resolve, reject) => {
      const look = (): void => {
        const found = complete().find(fits);
        if (found === undefined) return;
        seen.delete(look);
        resolve(found);
      };
      seen.add(look);
      look();
      child.on('close', () => reject(new Error(`It ended first. ${err}\n${out}`)));
    });
  return { kill: (signal: NodeJS.Signals) => child.kill(signal), line, ended };
}
