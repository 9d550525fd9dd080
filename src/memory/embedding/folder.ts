import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { basename, isAbsolute, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fail, ok, type Result } from '../../core/failure.ts';
import { prefixesOf } from './prefixes.ts';

/** A folder with an ONNX model, as its own files describe it. */
export type ModelFolder = {
  readonly folder: string;
  readonly name: string;
  /** File with the weights. */
  readonly weights: string;
  readonly dtype: string;
  readonly dimension: number;
  readonly pooling: 'mean' | 'cls' | 'last';
  readonly max_tokens: number;
  readonly text_prefix: string;
  readonly query_prefix: string;
};

/** Files of weights by what the package calls them, the ones it takes first before the others. */
const WEIGHTS = [
  ['fp32', 'model.onnx'],
  ['q8', 'model_quantized.onnx'],
  ['int8', 'model_int8.onnx'],
  ['uint8', 'model_uint8.onnx'],
  ['fp16', 'model_fp16.onnx'],
  ['q4', 'model_q4.onnx'],
  ['q4f16', 'model_q4f16.onnx'],
  ['bnb4', 'model_bnb4.onnx'],
] as const;

/** Most sentence models were trained on no more, whatever their tokenizer would take. */
const TRAINED_TOKENS = 256;

type Json = Readonly<Record<string, unknown>>;
const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

function readJson(folder: string, ...path: readonly string[]): Json {
  const file = join(folder, ...path);
  if (!existsSync(file)) return {};
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isJson(value) ? value : {};
  } catch {
    return {};
  }
}

const lengthAt = (json: Json, key: string): number => {
  const value = json[key];
  // Tokenizers without a limit say so with a number beyond all bounds.
  return typeof value === 'number' && value >= 8 && value < 1e6 ? Math.floor(value) : Number.POSITIVE_INFINITY;
};

const HINT =
  'Give a folder that holds config.json, tokenizer.json, tokenizer_config.json and onnx/model.onnx or onnx/model_quantized.onnx.';
const wrong = (message: string, hint = HINT) => fail('embedder.unavailable', message, hint);

/** Looks at the folder of a model; what is missing is said with the next step. */
export function readModelFolder(folder: string): Result<ModelFolder> {
  if (!isAbsolute(folder))
    return wrong(
      `${folder} is no whole path of a folder.`,
      'Give the path from the root, such as /data/models/all-MiniLM-L6-v2.',
    );
  const seen = statSync(folder, { throwIfNoEntry: false });
  if (seen === undefined) return wrong(`There is no folder ${folder}.`);
  if (!seen.isDirectory()) return wrong(`${folder} is a file, not the folder of a model.`);
  for (const file of ['config.json', 'tokenizer.json', 'tokenizer_config.json'])
    if (!existsSync(join(folder, file)))
      return wrong(
        `${folder} has no ${file}.`,
        `Copy ${file} from where the model came from; ${HINT.charAt(0).toLowerCase()}${HINT.slice(1)}`,
      );
  const found = WEIGHTS.find(([, file]) => existsSync(join(folder, 'onnx', file)));
  if (found === undefined)
    return wrong(`${folder} has no weights: there is no onnx/model.onnx and no onnx/model_quantized.onnx.`);
  const config = readJson(folder, 'config.json');
  const dimension = lengthAt(config, 'hidden_size');
  if (!Number.isFinite(dimension))
    return wrong(`${join(folder, 'config.json')} names no hidden_size, so it describes no text encoder.`);
  const pooling = readPooling(folder);
  if (!pooling.ok) return pooling;
  const name = basename(folder);
  return ok({
    folder,
    name,
    weights: join(folder, 'onnx', found[1]),
    dtype: found[0],
    dimension,
    pooling: pooling.value,
    max_tokens: readMaxTokens(folder, config),
    ...prefixesOf(name, readJson(folder, 'config_sentence_transformers.json').prompts),
  });
}

function readPooling(folder: string): Result<'mean' | 'cls' | 'last'> {
  const json = readJson(folder, '1_Pooling', 'config.json');
  const on = Object.keys(json).filter(key => key.startsWith('pooling_mode') && json[key] === true);
  const said = typeof json.pooling_mode === 'string' ? `pooling_mode_${json.pooling_mode}_tokens` : on[0];
  if (said === undefined || /_mean_tokens$/.test(said)) return ok('mean');
  if (/_cls_tokens?$/.test(said)) return ok('cls');
  if (/_last_?tokens?(_tokens)?$/.test(said)) return ok('last');
  const file = join(folder, '1_Pooling', 'config.json');
  return wrong(
    `${file} asks for ${said}, which llmclis cannot do.`,
    'Take a model that pools by mean, cls or last token.',
  );
}

function readMaxTokens(folder: string, config: Json): number {
  const said = lengthAt(readJson(folder, 'sentence_bert_config.json'), 'max_seq_length');
  const possible = Math.min(
    lengthAt(readJson(folder, 'tokenizer_config.json'), 'model_max_length'),
    lengthAt(config, 'max_position_embeddings'),
  );
  return Math.min(Number.isFinite(said) ? said : TRAINED_TOKENS, possible);
}

/** Remembers digests between processes: hashing weights takes as long as loading them. */
export type DigestCache = { get(key: string): string | undefined; set(key: string, digest: string): void };

/** Digest of what decides about vectors: the weights and the tokenizer. */
export async function digestOf({ folder, weights }: ModelFolder, cache: DigestCache): Promise<string> {
  const files = [weights, `${weights}_data`, join(folder, 'tokenizer.json')].filter(file => existsSync(file));
  const key = files
    .map(file => {
      const { size, mtimeMs } = statSync(file);
      return `${file}:${size}:${mtimeMs}`;
    })
    .join('|');
  const known = cache.get(key);
  if (known !== undefined) return known;
  const hash = createHash('sha256');
  for (const file of files) await pipeline(createReadStream(file), hash, { end: false });
  const digest = hash.digest('hex');
  cache.set(key, digest);
  return digest;
}
