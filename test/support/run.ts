import { join, resolve } from 'node:path';
import { type App, type OrchestrateOptions, openApp } from '../../src/app.ts';
import type { RunEvent, RunSummary } from '../../src/core/event.ts';
import type { NewTask } from '../../src/km/km.ts';
import { printScript, type ReplayEntry } from '../../src/models/replay-script.ts';
import { makeRepository, temporaryFolder, writeFiles } from './repository.ts';

export const SHIPPED = resolve(import.meta.dirname, '../..');

/** A registry with one scripted local and one scripted cloud model, the script beside it. */
const REGISTRY = `version: 1
providers:
  here: {kind: replay, script: replay.yaml, location: local}
  there: {kind: replay, script: replay.yaml, location: cloud}
models:
  small: {provider: here, id: small, context: {window: 32768, max_output: 4096}, capabilities: {tools: true, json: true}}
  big:
    provider: there
    id: big
    context: {window: 200000, max_output: 8192}
    capabilities: {tools: true, json: true}
    price_per_mtok: {input: 5, output: 25, cache_read: 0.5, cache_write: 6.25}
roles:
  coder: {ladder: [small, big], needs: [tools]}
`;

export type Scene = {
  readonly app: App;
  readonly root: string;
  readonly home: string;
  readonly registry: string;
  readonly projectId: number;
  addTask(task: Omit<NewTask, 'project_id'>): void;
  /** `meanwhile` is called with each event right after it is journaled: what others do while the run is at work. */
  run(
    options?: OrchestrateOptions,
    meanwhile?: (event: RunEvent) => void,
    signal?: AbortSignal,
  ): Promise<{ readonly events: readonly RunEvent[]; readonly summary: RunSummary }>;
};

const unwrap = <T>(result: { ok: true; value: T } | { ok: false; error: { message: string } }): T => {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
};

/** A project in a repository of these files, with scripted models: everything but the models is real. `more` is added to the registry. */
export const makeScene = (
  files: Readonly<Record<string, string>>,
  replies: readonly ReplayEntry[],
  env: Readonly<Record<string, string>> = {},
  more = '',
): Promise<Scene> => sceneIn(temporaryFolder(), files, replies, env, more);

/** The same in a folder that the caller removes. */
export async function sceneIn(
  folder: string,
  files: Readonly<Record<string, string>>,
  replies: readonly ReplayEntry[],
  env: Readonly<Record<string, string>> = {},
  more = '',
): Promise<Scene> {
  const root = makeRepository(files, join(folder, 'project'));
  const home = join(folder, 'home');
  writeFiles(folder, { 'model_registry.yaml': `${REGISTRY}${more}`, 'replay.yaml': printScript(replies) });
  const registry = join(folder, 'model_registry.yaml');
  const app = openApp({
    // What a person's tests do not notice is told, and decides nothing: only the tests that are about it wait for it.
    env: { ...process.env, LLMCLIS_HOME: home, LLMCLIS_MUTANTS: '0', ...env },
    cwd: root,
    version: '0.0.0',
    shipped: SHIPPED,
  });
  const km = unwrap(app.km());
  const project = unwrap(km.addProject({ name: 'scene', root }));
  return {
    app,
    root,
    home,
    registry,
    projectId: project.id,
    addTask: task => void unwrap(km.addTask({ ...task, project_id: project.id }, 'test')),
    async run(options = {}, meanwhile = () => undefined, signal = new AbortController().signal) {
      const events: RunEvent[] = [];
      const wanted = { registry, no_sandbox: true, ...options };
      const summary = unwrap(
        await app.orchestrate(
          project,
          wanted,
          event => {
            events.push(event);
            meanwhile(event);
          },
          signal,
        ),
      );
      return { events, summary };
    },
  };
}

/** One scripted reply. */
export const reply = (
  task: string,
  turn: number,
  call: number,
  ...calls: readonly { readonly name: string; readonly input: Record<string, unknown> }[]
): ReplayEntry => ({
  task,
  try: turn,
  call,
  calls: calls.map(({ name, input }) => ({ name, input })),
});
export const write = (path: string, content: string) => ({ name: 'write_file', input: { path, content } });
export const finish = (summary = 'Done.') => ({ name: 'finish', input: { summary } });
