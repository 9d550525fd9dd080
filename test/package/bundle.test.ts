import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { scriptedAnthropic } from '../servers/anthropic.ts';
import { scriptedOllama } from '../servers/ollama.ts';
import { scriptedOpenai } from '../servers/openai.ts';
import { temporaryFolder } from '../support/repository.ts';
import { writeTinyModel } from '../support/tiny-onnx.ts';

const program = join(import.meta.dirname, '../../dist/bin.js');

describe('the bundle', () => {
  it('reaches each kind of server: what the sources load lazily is whole in its chunks', async () => {
    const reply = () => ({ text: 'ready' });
    const servers = await Promise.all([
      scriptedOllama({ reply }),
      scriptedAnthropic({ reply }),
      scriptedOpenai({ reply }),
    ]);
    const [ollama, anthropic, openai] = servers;
    const folder = temporaryFolder();
    const model = 'context: {window: 8192, max_output: 512}, capabilities: {tools: true, json: true}';
    const price = 'price_per_mtok: {input: 1, output: 1}';
    writeFileSync(
      join(folder, 'registry.yaml'),
      `version: 1
providers:
  one: {kind: ollama, base_url: "${ollama.url}", location: local}
  two: {kind: anthropic, base_url: "${anthropic.url}", api_key_env: BUNDLE_TEST_KEY, location: cloud}
  three: {kind: openai, base_url: "${openai.url}/v1", api_key_env: BUNDLE_TEST_KEY, location: cloud}
models:
  small: {provider: one, id: small, ${model}}
  middle: {provider: three, id: middle, ${model}, ${price}}
  large: {provider: two, id: large, ${model}, ${price}}
roles:
  coder: {ladder: [small, middle, large]}
`,
    );
    const env = { ...process.env, LLMCLIS_HOME: join(folder, 'home'), BUNDLE_TEST_KEY: 'key-of-this-test' };
    const argv = [program, 'models', 'smoke', '--registry', join(folder, 'registry.yaml'), '--json'];
    const { stdout } = await promisify(execFile)(process.execPath, argv, { cwd: folder, env });
    await Promise.all(servers.map(server => server.close()));
    expect(stdout.match(/"ok":true/g)).toHaveLength(3);
    expect(stdout).toContain('"text":"ready"');
  });

  it('runs an embedding model in its thread, which is a file of its own', async () => {
    const folder = temporaryFolder();
    const model = writeTinyModel(join(folder, 'tiny'));
    const env = { ...process.env, LLMCLIS_HOME: join(folder, 'home') };
    const argv = [program, 'memory', 'enable', '--model', model, '--json'];
    const { stdout } = await promisify(execFile)(process.execPath, argv, { cwd: folder, env });
    expect(JSON.parse(stdout)).toMatchObject({ embedder: 'local', dimension: 16 });
  });
});
