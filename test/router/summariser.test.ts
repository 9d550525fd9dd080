import { describe, expect, it } from 'vitest';
import type { LadderContext } from '../../src/router/ladder.ts';
import { parseRegistry } from '../../src/router/registry.ts';
import { summariserFor } from '../../src/router/summariser.ts';

const REGISTRY = `version: 1
providers:
  here: {kind: replay, script: a.yaml, location: local}
  there: {kind: replay, script: a.yaml, location: cloud}
models:
  dear: {provider: there, id: dear, context: {window: 200000, max_output: 8192}, price_per_mtok: {input: 5, output: 25}}
  cheap: {provider: there, id: cheap, context: {window: 200000, max_output: 8192}, price_per_mtok: {input: 1, output: 5}}
  local: {provider: here, id: local, context: {window: 8192, max_output: 1024}}
  apart: {provider: there, id: apart, context: {window: 200000, max_output: 8192}, price_per_mtok: {input: 0.1, output: 0.1}}
roles:
  coder: {ladder: [local, dear, cheap]}
`;
const registry = (more = '') => {
  const read = parseRegistry(`${REGISTRY}${more}`, 'model_registry.yaml');
  if (!read.ok) throw new Error(read.error.message);
  return read.value;
};
const usual: LadderContext = { mode: 'local-first', available: () => ({ ok: true }), privateTask: false, tags: [] };

describe('who writes summaries', () => {
  it.each([
    ['without the section nobody', '', 100, {}, { kind: 'none' }],
    ['none is nobody', 'summaries: {model: none}\n', 100, {}, { kind: 'none' }],
    [
      'a local model before all others',
      'summaries: {model: auto, cloud: true}\n',
      100,
      {},
      { kind: 'use', model: 'local' },
    ],
    ['auto is the default', 'summaries: {}\n', 100, {}, { kind: 'use', model: 'local' }],
    ['no cloud model unless it is allowed', 'summaries: {}\n', 9_000, {}, { kind: 'none' }],
    [
      'the cheapest of the ladders that can read it',
      'summaries: {cloud: true}\n',
      9_000,
      {},
      { kind: 'use', model: 'cheap' },
    ],
    ['the model that is named', 'summaries: {model: dear}\n', 100, {}, { kind: 'use', model: 'dear' }],
    ['a named one only where it may be used', 'summaries: {model: dear}\n', 100, { mode: 'offline' }, { kind: 'none' }],
    ['private work stays local', 'summaries: {cloud: true}\n', 9_000, { privateTask: true }, { kind: 'none' }],
    ['so do private tags', 'summaries: {model: dear}\n', 100, { tags: ['secret'] }, { kind: 'none' }],
    [
      'a server that is down is passed over',
      'summaries: {cloud: true}\n',
      100,
      { available: (alias: string) => (alias === 'local' ? { ok: false, because: 'down' } : { ok: true }) },
      { kind: 'use', model: 'cheap' },
    ],
  ] as const)('%s', (_, more, tokens, other, expected) => {
    const context = Object.assign({}, usual, other);
    expect(summariserFor(registry(more), context, tokens)).toMatchObject(expected);
  });

  it('a name that leads nowhere is refused with its line', () => {
    const read = parseRegistry(`${REGISTRY}summaries: {model: lokal}\n`, 'model_registry.yaml');
    expect(read).toMatchObject({ ok: false, error: { code: 'registry.invalid' } });
    if (!read.ok)
      expect(read.error.message).toMatch(/^model_registry\.yaml:12: summaries\.model: there is no model "lokal"/);
  });
});
