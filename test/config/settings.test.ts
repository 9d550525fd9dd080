import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadSettings, type SettingsInput } from '../../src/config/settings.ts';
import { newSettingsText } from '../../src/config/settings-text.ts';

const load = (input: {
  flags?: SettingsInput['flags'];
  env?: Record<string, string>;
  project?: string;
  user?: string;
}) =>
  loadSettings({
    flags: input.flags ?? {},
    env: input.env ?? {},
    projectFile: input.project === undefined ? null : { path: 'llmclis.yaml', text: input.project },
    userFile: input.user === undefined ? null : { path: 'config.yaml', text: input.user },
  });
const settings = (input: Parameters<typeof load>[0]) => {
  const result = load(input);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
};
const problems = (input: Parameters<typeof load>[0]): string => {
  const result = load(input);
  return result.ok ? '' : `${result.error.code}: ${result.error.message}`;
};

describe('settings', () => {
  it('have these defaults, and say so', () => {
    const values = Object.entries(settings({})).map(([name, setting]) => [name, setting.value, setting.from]);
    expect(values).toEqual([
      ['verify', [], 'default'],
      ['role_checks', {}, 'default'],
      ['setup', [], 'default'],
      ['link', null, 'default'],
      ['protect', [], 'default'],
      ['merge', 'branch', 'default'],
      ['mode', 'local-first', 'default'],
      ['budget_usd', null, 'default'],
      ['plans', ['plans.md'], 'default'],
      ['commit_plan', false, 'default'],
      ['sandbox', 'bubblewrap', 'default'],
      ['network', [], 'default'],
      ['readable', [], 'default'],
      ['memory_mb', null, 'default'],
      ['check_timeout_s', 600, 'default'],
      ['mutants', 8, 'default'],
      ['embedder', 'off', 'default'],
      ['embedder_model', null, 'default'],
      ['qdrant_url', null, 'default'],
      ['qdrant_api_key', null, 'default'],
    ]);
  });

  it('are taken from the first place that says them: flag, environment, project, user', () => {
    const [flags, env, project, user] = [
      { merge: 'auto' },
      { LLMCLIS_MERGE: 'review' },
      'merge: branch',
      '# mine\nmerge: auto',
    ] as const;
    expect(settings({ flags, env, project, user }).merge).toEqual({ value: 'auto', from: 'flag', where: '--merge' });
    expect(settings({ env, project, user }).merge).toEqual({
      value: 'review',
      from: 'environment',
      where: 'LLMCLIS_MERGE',
    });
    expect(settings({ project, user }).merge).toEqual({ value: 'branch', from: 'project', where: 'llmclis.yaml:1' });
    expect(settings({ user }).merge).toEqual({ value: 'auto', from: 'user', where: 'config.yaml:2' });
  });

  it('take one command or a list of them', () => {
    expect(settings({ project: 'verify: npm test\nsetup:\n  - npm run build\n  - npm run link' })).toMatchObject({
      verify: { value: ['npm test'], where: 'llmclis.yaml:1' },
      setup: { value: ['npm run build', 'npm run link'], where: 'llmclis.yaml:2' },
    });
  });

  it('take a check as a map too, which is the same check as text', () => {
    const project = `verify:
  - npm test
  - {kind: file, path: a b.js}
  - kind: diff
    allow: [src/**, test/**]
    max_files: 3
  - {kind: command, run: "make x=1"}
role_checks:
  coder: npm run lint
  writer: [{kind: links, path: docs}, "@lines docs max=200"]
`;
    expect(settings({ project })).toMatchObject({
      verify: {
        value: ['npm test', '@file path="a b.js"', '@diff allow="src/** test/**" max_files=3', 'make x=1'],
        where: 'llmclis.yaml:1',
      },
      role_checks: {
        value: { coder: ['npm run lint'], writer: ['@links path=docs', '@lines docs max=200'] },
        where: 'llmclis.yaml:8',
      },
    });
    for (const wrong of ['verify: {path: a}', 'verify: [{kind: A}]', 'verify: [{kind: file, path: {a: 1}}]'])
      expect(problems({ project: wrong })).toContain('verify must be a check or a list of checks');
    for (const wrong of ['role_checks: npm test', 'role_checks: {boss: npm test}', 'role_checks: [a]'])
      expect(problems({ project: wrong })).toContain('role_checks must be a map from a role (manager, coder,');
  });

  it('read every variable of the environment', () => {
    const env = {
      LLMCLIS_VERIFY: 'npm test\nnpm run lint, twice',
      LLMCLIS_ROLE_CHECKS: 'coder: npm run lint\nwriter: @links docs\ncoder: make -n: x',
      LLMCLIS_SETUP: 'make',
      LLMCLIS_LINK: 'node_modules, vendor',
      LLMCLIS_PROTECT: 'a/**\nb/**',
      LLMCLIS_MODE: 'offline',
      LLMCLIS_BUDGET_USD: '1.5',
      LLMCLIS_PLANS: 'a.md',
      LLMCLIS_COMMIT_PLAN: '1',
      LLMCLIS_SANDBOX: 'none',
      LLMCLIS_NETWORK: 'registry.npmjs.org, *.example.com',
      LLMCLIS_READABLE: '/usr/share/dict',
      LLMCLIS_MEMORY_MB: '2048',
      LLMCLIS_CHECK_TIMEOUT_S: '30',
      LLMCLIS_MUTANTS: '5',
      LLMCLIS_EMBEDDER: 'ollama',
      LLMCLIS_EMBEDDER_MODEL: 'nomic-embed-text',
      LLMCLIS_QDRANT_URL: 'http://127.0.0.1:6333',
      LLMCLIS_QDRANT_API_KEY: 'env:QDRANT_API_KEY',
      LLMCLIS_MERGE: '',
    };
    const values = Object.fromEntries(
      Object.entries(settings({ env })).map(([name, setting]) => [name, setting.value]),
    );
    expect(values).toEqual({
      verify: ['npm test', 'npm run lint, twice'],
      role_checks: { coder: ['npm run lint', 'make -n: x'], writer: ['@links docs'] },
      setup: ['make'],
      link: ['node_modules', 'vendor'],
      protect: ['a/**', 'b/**'],
      merge: 'branch',
      mode: 'offline',
      budget_usd: 1.5,
      plans: ['a.md'],
      commit_plan: true,
      sandbox: 'none',
      network: ['registry.npmjs.org', '*.example.com'],
      readable: ['/usr/share/dict'],
      memory_mb: 2048,
      check_timeout_s: 30,
      mutants: 5,
      embedder: 'ollama',
      embedder_model: 'nomic-embed-text',
      qdrant_url: 'http://127.0.0.1:6333',
      qdrant_api_key: 'env:QDRANT_API_KEY',
    });
  });

  it('lets null win where null means something, and passes over a value that was not written yet', () => {
    const read = settings({
      project: 'budget_usd: null\nlink: ~\nverify:\nmerge:\n',
      user: 'budget_usd: 3\nverify: make test\nmerge: auto',
    });
    expect(read.budget_usd).toMatchObject({ value: null, from: 'project' });
    expect(read.link).toMatchObject({ value: null, from: 'project' });
    expect(read.verify).toMatchObject({ value: ['make test'], from: 'user' });
    expect(read.merge).toMatchObject({ value: 'auto', from: 'user' });
  });

  it('reads a file that is empty, starts with a byte order mark, or has only comments', () => {
    for (const project of ['', '\n', '# nothing\n', '\uFEFFmerge: branch\r\n', '---\n'])
      expect(load({ project }).ok).toBe(true);
    expect(settings({ project: '\uFEFF# x\r\nmerge: auto\r\n' }).merge).toEqual({
      value: 'auto',
      from: 'project',
      where: 'llmclis.yaml:2',
    });
  });

  it('names the line and the nearest right key for every wrong one at once', () => {
    expect(
      problems({ project: 'verfy: npm test\nmerge: sideways\n\nbudget_usd: -1\n', env: { LLMCLIS_MODE: 'online' } }),
    ).toBe(
      [
        'settings.invalid: LLMCLIS_MODE: mode must be one of offline, local-first, cloud-first, not "online".',
        'llmclis.yaml:1: unknown key "verfy" — did you mean "verify"?',
        'llmclis.yaml:2: merge must be one of branch, auto, review, not "sideways".',
        'llmclis.yaml:4: budget_usd must be a number of US dollars, 0 or more, not -1.',
      ].join('\n'),
    );
  });

  it.each([
    ['llmclis.yaml:1: Nested mappings are not allowed', 'merge: auto\n  verify: npm test\n'],
    ['llmclis.yaml:2: Map keys must be unique', 'merge: auto\nmerge: branch\n'],
    ['llmclis.yaml:1: this is no list of settings', '- npm test\n'],
    ['llmclis.yaml:1: this is no list of settings', 'npm test'],
    ['llmclis.yaml:1: plans must be', 'plans: ../other/plans.md'],
    ['llmclis.yaml:1: plans must be', 'plans: []'],
    ['llmclis.yaml:1: link must be', 'link: [/etc]'],
    ['llmclis.yaml:1: verify must be', 'verify: [1]'],
    ['llmclis.yaml:1: unknown key "__proto__"', '__proto__: x'],
    ['llmclis.yaml:1: unknown key "toString"', 'toString: x'],
  ])('answers %s for %j', (wanted, project) => {
    expect(problems({ project })).toContain(wanted);
  });

  it('lets a repository send memory nowhere, and never repeats a key that stands in the wrong place', () => {
    expect(problems({ project: 'qdrant_url: http://evil.example:6333' })).toContain(
      'llmclis.yaml:1: qdrant_url cannot be set here: a repository must not send your memory to a server.',
    );
    const pasted = problems({
      user: 'qdrant_api_key: sk-canary-1234567890\nqdrant_url: http://me:sk-canary@host:6333',
    });
    expect(pasted).toContain('qdrant_api_key must be where the key is kept, env:NAME');
    expect(pasted).toContain('qdrant_url must be the address of a Qdrant server');
    expect(pasted).not.toContain('canary');
  });

  it('lets no project say what makes the vectors that all projects share', () => {
    expect(problems({ project: 'embedder: local\nembedder_model: /tmp/model' })).toBe(
      'settings.invalid: llmclis.yaml:1: embedder cannot be set here: all projects share one. Set it by llmclis memory enable.\n' +
        'llmclis.yaml:2: embedder_model cannot be set here: all projects share one. Set it by llmclis memory enable.',
    );
    expect(problems({ user: 'embedder: yes' })).toContain('embedder must be one of off, local, ollama');
    expect(settings({ user: 'embedder: local\nembedder_model: /m' }).embedder_model.value).toBe('/m');
  });

  it('lets nobody but a person switch the sandbox off', () => {
    expect(problems({ project: 'merge: auto\nsandbox: none' })).toContain(
      'llmclis.yaml:2: sandbox cannot be set here: a repository must not switch off its own sandbox.',
    );
    expect(settings({ user: 'sandbox: none' }).sandbox).toMatchObject({ value: 'none', from: 'user' });
    expect(settings({ env: { LLMCLIS_SANDBOX: 'none' } }).sandbox.from).toBe('environment');
    expect(settings({ flags: { sandbox: 'none' } }).sandbox).toEqual({
      value: 'none',
      from: 'flag',
      where: '--no-sandbox',
    });
  });

  it('never throws, whatever a file holds', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom('verify:', ' - x\n', 'merge: auto\n', '&a', '*a', '\n', '? ', '!!js ', '<<: ', '"', '{', '%'),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), pieces => {
        const result = load({ project: pieces.join(''), user: pieces.toReversed().join('') });
        return result.ok || result.error.code === 'settings.invalid';
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the file that init writes', () => {
  it('says the commands that were found, whatever characters they hold', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string({ minLength: 1 }).map(text => `run ${text}`.trim()),
          { minLength: 1, maxLength: 4 },
        ),
        verify => {
          expect(settings({ project: newSettingsText({ verify }) }).verify.value).toEqual(verify);
        },
      ),
    );
  });

  it('sets nothing when nothing was found, and is right with every line it offers', () => {
    const text = newSettingsText({ verify: [] });
    expect(Object.values(settings({ project: text })).every(setting => setting.from === 'default')).toBe(true);
    const offered = text.replace(/^# ((?:[a-z_]+:| {2}- ).*)$/gm, '$1');
    const found = Object.entries(settings({ project: offered })).filter(([, setting]) => setting.from === 'project');
    expect(found.map(([name]) => name)).toEqual([
      'verify',
      'setup',
      'link',
      'protect',
      'merge',
      'mode',
      'budget_usd',
      'plans',
      'network',
      'readable',
    ]);
  });

  it('reads well', async () => {
    await expect(newSettingsText({ verify: ['npm test'] })).toMatchFileSnapshot('golden/llmclis.yaml');
  });
});
