import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { fail, ok, type Result } from '../../core/failure.ts';
import type { Embedder } from './embedder.ts';
import { type DigestCache, digestOf, type ModelFolder, readModelFolder } from './folder.ts';
import type { WorkerAnswer, WorkerCall, WorkerMessage, WorkerSetup } from './wire.ts';

export type LocalOptions = {
  readonly folder: string;
  /** A file in the folder from which the package is found; see `findPackage`. */
  readonly from: string;
  readonly digests: DigestCache;
  /** Milliseconds for one text, the loading of the model included. */
  readonly patience: number;
};

type Pending = { readonly settle: (answer: Result<WorkerAnswer>) => void; readonly timer: NodeJS.Timeout };

/** Milliseconds in which a thread is to end by itself. */
const GRACE_MS = 30_000;

const HINT = 'Look what is wrong: llmclis memory status';
const gone = (why: string) => fail('embedder.unavailable', why, HINT);

/** The file of the thread: in the sources beside this one, in the bundle under its own name. */
const workerFile = (): URL =>
  new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './embedding-worker.js', import.meta.url);

/** A model in a local folder, run in a thread of its own; the thread starts with the first text and ends with the program. */
export async function openLocal(options: LocalOptions): Promise<Result<Embedder>> {
  const read = readModelFolder(options.folder);
  if (!read.ok) return read;
  const digest = await digestOf(read.value, options.digests);
  return ok(localEmbedder(read.value, digest, options));
}

function localEmbedder(model: ModelFolder, digest: string, { from, patience }: LocalOptions): Embedder {
  const { dimension, pooling, dtype, text_prefix, query_prefix, max_tokens } = model;
  const thread = openThread({ from, folder: model.folder, dtype, pooling }, patience);
  const one = async (text: string): Promise<Result<Float32Array>> => {
    const answer = await thread.ask('embed', text);
    if (!answer.ok) return answer;
    if (!('vector' in answer.value)) return gone(explained(answer.value, model.folder));
    const { vector } = answer.value;
    if (vector.length === dimension && vector.every(Number.isFinite)) return ok(vector);
    return gone(`${model.folder} gave ${vector.length} numbers where its config.json says ${dimension}.`);
  };
  return {
    model: {
      name: `local:${model.name}@${digest.slice(0, 16)}`,
      dimension,
      pooling,
      dtype,
      text_prefix,
      query_prefix,
      max_tokens,
    },
    location: model.folder,
    async embed(texts, kind, signal) {
      const prefix = kind === 'text' ? text_prefix : query_prefix;
      const vectors: Float32Array[] = [];
      for (const text of texts) {
        // The one in hand is finished: the program must wait for the model anyway, and something is done each time.
        if (signal.aborted && vectors.length > 0)
          return fail('interrupted', 'Embedding was interrupted.', 'It goes on the next time.');
        const vector = await one(prefix + text);
        if (!vector.ok) return vector;
        vectors.push(vector.value);
      }
      return ok(vectors);
    },
    async tokens(text) {
      const answer = await thread.ask('tokens', text);
      if (!answer.ok) return answer;
      return 'tokens' in answer.value ? ok(answer.value.tokens) : gone(explained(answer.value, model.folder));
    },
    close: thread.close,
  };
}

/** What the package says, in words that help. */
function explained(answer: WorkerAnswer, folder: string): string {
  const problem = 'problem' in answer ? answer.problem : 'it gave an answer to another question';
  if (/tokenizer is not a function/.test(problem)) return `${folder} has no tokenizer that can be read.`;
  if (/Cannot find (?:module|package)/.test(problem))
    return `@huggingface/transformers is not installed: ${problem.split('\n')[0]}`;
  return `The model in ${folder} failed: ${problem.split('\n')[0]}`;
}

type Thread = {
  ask(kind: WorkerCall['kind'], text: string): Promise<Result<WorkerAnswer>>;
  close(): Promise<void>;
};

/** A thread that answers calls by number. One that died stays dead: what killed it would do so again. */
function openThread(setup: WorkerSetup, patience: number): Thread {
  const pending = new Map<number, Pending>();
  let worker: Worker | null = null;
  let dead: string | null = null;
  let last = 0;
  const settle = (id: number, answer: Result<WorkerAnswer>): void => {
    const waiting = pending.get(id);
    if (waiting === undefined) return;
    clearTimeout(waiting.timer);
    pending.delete(id);
    // Only a question that is open keeps the program alive.
    if (pending.size === 0) worker?.unref();
    waiting.settle(answer);
  };
  const die = (why: string): void => {
    dead ??= why;
    for (const id of [...pending.keys()]) settle(id, gone(why));
  };
  const start = (): Worker => {
    const made = new Worker(workerFile(), { workerData: setup, stdout: true, stderr: true });
    made.on('message', (answer: WorkerAnswer) => settle(answer.id, ok(answer)));
    made.on('error', error => die(`The thread of the embedding model ended: ${error.message}`));
    made.on('exit', code => {
      worker = null;
      die(`The thread of the embedding model ended with code ${code}.`);
    });
    return made;
  };
  const end = async (): Promise<void> => {
    die('The embedding model was closed.');
    const ending = worker;
    if (ending === null) return;
    // Ended from outside while it loads the model, it would take the program with it.
    const timer = setTimeout(() => void ending.terminate(), GRACE_MS);
    ending.ref();
    ending.postMessage('close' satisfies WorkerMessage);
    await once(ending, 'exit');
    clearTimeout(timer);
  };
  return {
    ask(kind, text) {
      if (dead !== null) return Promise.resolve(gone(dead));
      worker ??= start();
      worker.ref();
      const id = ++last;
      return new Promise(resolve => {
        const late = () => {
          die(`The embedding model did not answer within ${patience / 1000} seconds.`);
          void end();
        };
        pending.set(id, { settle: resolve, timer: setTimeout(late, patience) });
        worker?.postMessage({ id, kind, text } satisfies WorkerCall);
      });
    },
    close: end,
  };
}
