import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { WorkerAnswer, WorkerCall, WorkerMessage, WorkerSetup } from './wire.ts';

/** The thread in which a local model runs. It is a file of its own in the bundle and imports nothing of the program. */

type Tensor = { readonly data: unknown };
type Extractor = {
  (text: string, options: { readonly pooling: string; readonly normalize: boolean }): Promise<Tensor>;
  readonly tokenizer: { encode(text: string): readonly number[] };
};
/** What is used of the package; it is loaded from where it was installed. */
type Transformers = {
  readonly env: { allowRemoteModels: boolean; allowLocalModels: boolean };
  readonly pipeline: (task: string, model: string, options: object) => Promise<Extractor>;
};

const setup = workerData as WorkerSetup;
const POOLING = { mean: 'mean', cls: 'cls', last: 'last_token' } as const;

async function load(): Promise<Extractor> {
  const { env, pipeline } = createRequire(setup.from)('@huggingface/transformers') as Transformers;
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  return pipeline('feature-extraction', setup.folder, {
    dtype: setup.dtype,
    session_options: { intraOpNumThreads: 1, interOpNumThreads: 1 },
  });
}

async function answer(extractor: Extractor, { id, kind, text }: WorkerCall): Promise<WorkerAnswer> {
  if (kind === 'tokens') return { id, tokens: extractor.tokenizer.encode(text).length };
  const { data } = await extractor(text, { pooling: POOLING[setup.pooling], normalize: true });
  if (!(data instanceof Float32Array)) return { id, problem: 'The model gave no vector of numbers.' };
  return { id, vector: data.slice() };
}

const told = (problem: unknown): string => (problem instanceof Error ? problem.message : String(problem));

let loading: Promise<Extractor> | null = null;
let queue: Promise<void> = Promise.resolve();
let closing = false;
parentPort?.on('message', (call: WorkerMessage) => {
  if (call === 'close') {
    closing = true;
    // A thread that is ended from outside while the model is loaded takes the whole program with it.
    queue = queue.then(() => parentPort?.close());
    return;
  }
  queue = queue.then(async () => {
    if (closing) return;
    try {
      loading ??= load();
      parentPort?.postMessage(await answer(await loading, call));
    } catch (problem) {
      parentPort?.postMessage({ id: call.id, problem: told(problem) } satisfies WorkerAnswer);
    }
  });
});
