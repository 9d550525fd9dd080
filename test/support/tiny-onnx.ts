import { Buffer } from 'node:buffer';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Words by what they mean: the model puts words of one line near each other. */
const TOPICS = [
  ['database', 'postgres', 'sql', 'table', 'query', 'index'],
  ['port', 'listens', 'server', 'socket', 'address', 'network'],
  ['cat', 'dog', 'pet', 'animal', 'puppy', 'kitten'],
  ['bread', 'cake', 'oven', 'bake', 'flour', 'kitchen'],
  ['rain', 'storm', 'weather', 'cloud', 'wind', 'snow'],
] as const;
const LITTLE = ['the', 'a', 'on', 'in', 'is', 'of', 'and', 'to', 'it', 'at', '.', ',', ':', '(', ')'];
const CHARACTERS = 'abcdefghijklmnopqrstuvwxyz0123456789'.split('');
const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]'];
const VOCABULARY = [...SPECIAL, ...TOPICS.flat(), ...LITTLE, ...CHARACTERS, ...CHARACTERS.map(one => `##${one}`)];

export type TinyModel = {
  readonly dimension?: number;
  /** Which numbers it draws: another seed is another model. */
  readonly seed?: number;
  readonly weights?: 'model.onnx' | 'model_quantized.onnx';
  readonly max_tokens?: number;
};

/**
 * Writes a small encoder as its own folder, a few kilobytes: WordPiece tokenizer, a table of words, one dense layer. It goes through
 * the same tokenizer, runtime and pooling as a real one.
 */
export function writeTinyModel(folder: string, options: TinyModel = {}): string {
  const { dimension = 16, seed = 1, weights = 'model.onnx', max_tokens = 32 } = options;
  mkdirSync(join(folder, 'onnx'), { recursive: true });
  const json = (name: string, value: object): void => writeFileSync(join(folder, name), JSON.stringify(value));
  json('config.json', {
    architectures: ['BertModel'],
    model_type: 'bert',
    hidden_size: dimension,
    num_hidden_layers: 1,
    num_attention_heads: 1,
    intermediate_size: dimension,
    max_position_embeddings: 512,
    vocab_size: VOCABULARY.length,
    pad_token_id: 0,
  });
  json('tokenizer_config.json', {
    tokenizer_class: 'BertTokenizer',
    do_lower_case: true,
    model_max_length: 512,
    unk_token: '[UNK]',
    sep_token: '[SEP]',
    pad_token: '[PAD]',
    cls_token: '[CLS]',
  });
  json('tokenizer.json', tokenizer());
  json('sentence_bert_config.json', { max_seq_length: max_tokens, do_lower_case: false });
  writeFileSync(join(folder, 'onnx', weights), encoder(dimension, seed));
  return folder;
}

function tokenizer(): object {
  const id = (token: string): number => VOCABULARY.indexOf(token);
  const special = (token: string) => ({ SpecialToken: { id: token, type_id: 0 } });
  const marks = ['[CLS]', '[SEP]'];
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: SPECIAL.map(content => ({
      id: id(content),
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [special('[CLS]'), { Sequence: { id: 'A', type_id: 0 } }, special('[SEP]')],
      pair: [
        special('[CLS]'),
        { Sequence: { id: 'A', type_id: 0 } },
        special('[SEP]'),
        { Sequence: { id: 'B', type_id: 1 } },
      ],
      special_tokens: Object.fromEntries(marks.map(token => [token, { id: token, ids: [id(token)], tokens: [token] }])),
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(VOCABULARY.map((token, place) => [token, place])),
    },
  };
}

/** Words of a topic share a direction and differ a little; all other tokens are nearly nothing. */
function wordTable(dimension: number, seed: number): Float32Array {
  const chance = chanceOf(seed);
  const drawn = (scale: number) => Array.from({ length: dimension }, () => (chance() - 0.5) * scale);
  const directions = TOPICS.map(() => drawn(2));
  return Float32Array.from(
    VOCABULARY.flatMap(token => {
      const topic = TOPICS.findIndex(words => (words as readonly string[]).includes(token));
      const own = drawn(topic === -1 ? 0.05 : 0.4);
      return own.map((value, at) => value + (directions[topic]?.[at] ?? 0));
    }),
  );
}

function chanceOf(seed: number): () => number {
  let state = (seed * 7919) % 2_147_483_647;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** last_hidden_state = tanh(words[input_ids] · layer) */
function encoder(dimension: number, seed: number): Buffer {
  const layer = Float32Array.from({ length: dimension ** 2 }, (_, at) => (at % (dimension + 1) === 0 ? 1 : 0));
  const graph = joined(
    field(1, node('Gather', ['words', 'input_ids'], 'found')),
    field(1, node('MatMul', ['found', 'layer'], 'mixed')),
    field(1, node('Tanh', ['mixed'], 'last_hidden_state')),
    field(2, 'tiny'),
    field(5, tensor('words', [VOCABULARY.length, dimension], wordTable(dimension, seed))),
    field(5, tensor('layer', [dimension, dimension], layer)),
    ...['input_ids', 'attention_mask', 'token_type_ids'].map(name =>
      field(11, valueInfo(name, INT64, ['batch', 'length'])),
    ),
    field(12, valueInfo('last_hidden_state', FLOAT, ['batch', 'length', dimension])),
  );
  return joined(number(1, 8), field(7, graph), field(8, joined(field(1, ''), number(2, 17))));
}

const FLOAT = 1;
const INT64 = 7;
const joined = (...parts: readonly Buffer[]): Buffer => Buffer.concat(parts);

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
}
const number = (tag: number, value: number): Buffer => joined(varint(tag * 8), varint(value));
function field(tag: number, value: Buffer | string): Buffer {
  const bytes = Buffer.from(value as string);
  return joined(varint(tag * 8 + 2), varint(bytes.length), bytes);
}
const node = (type: string, inputs: readonly string[], output: string): Buffer =>
  joined(...inputs.map(name => field(1, name)), field(2, output), field(3, output), field(4, type));
const tensor = (name: string, dims: readonly number[], values: Float32Array): Buffer =>
  joined(...dims.map(size => number(1, size)), number(2, FLOAT), field(8, name), field(9, Buffer.from(values.buffer)));
function valueInfo(name: string, type: number, shape: readonly (string | number)[]): Buffer {
  const dims = shape.map(size => field(1, typeof size === 'number' ? number(1, size) : field(2, size)));
  return joined(field(1, name), field(2, field(1, joined(number(1, type), field(2, joined(...dims))))));
}
