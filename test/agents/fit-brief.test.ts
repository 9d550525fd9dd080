import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fittedText } from '../../src/agents/fit-brief.ts';
import { type Brief, briefText, mostTokens, mostTokensOf, openingMessages } from '../../src/agents/prompt.ts';
import { ROLE_TABLE } from '../../src/agents/roles.ts';
import { TOOLS } from '../../src/agents/tools.ts';
import { ROLES } from '../../src/core/task.ts';
import { briefBudget } from '../../src/orchestrator/brief.ts';

const text = (most: number) =>
  fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.integer({ min: 0, max: most }).map(length => 'Wörter und "mehr"\n'.repeat(length / 18)),
  );
const texts = fc.array(text(6_000), { maxLength: 12 });
const briefs: fc.Arbitrary<Brief> = fc.record({
  task: fc.record({
    key: fc.constant('S1.2'),
    title: text(900),
    description: text(90_000),
    acceptance: text(9_000),
    checklist: fc.array(fc.record({ text: text(900), done: fc.boolean() }), { maxLength: 30 }),
    links: texts,
    checks: fc.array(text(2_000), { maxLength: 8 }),
  }),
  try: fc.integer({ min: 1, max: 9 }),
  rules: fc.option(fc.record({ file: fc.constant('AGENTS.md'), text: text(40_000) })),
  recalled: texts,
  notes: texts,
  handed_over: fc.array(fc.record({ from: fc.constant('manager'), summary: text(9_000) }), { maxLength: 5 }),
  evidence: fc.array(fc.record({ try: fc.constant(1), model: fc.constant('small'), facts: text(20_000) }), {
    maxLength: 8,
  }),
  charge: fc.option(fc.constant('Your part now: write a test.')),
});
const clean = (said: string): string => said.replaceAll('mehr', '[redacted]');

describe('a brief and the window of its model', () => {
  it('never takes more than it may, whatever is in it', () => {
    fc.assert(
      fc.property(briefs, fc.integer({ min: 200, max: 20_000 }), (brief, most) => {
        expect(mostTokensOf(fittedText(brief, most, clean))).toBeLessThanOrEqual(most);
      }),
      { seed: 20_261_121, numRuns: 60 },
    );
  });

  it.each(ROLES)('leaves a %s room for the tools and the reply', role => {
    fc.assert(
      fc.property(
        briefs,
        fc.integer({ min: 16_384, max: 200_000 }),
        fc.integer({ min: 1_024, max: 8_192 }),
        (brief, window, max_output) => {
          const said = fittedText(brief, briefBudget(role, { window, max_output }), clean);
          const tools = TOOLS.filter(({ spec }) => ROLE_TABLE[role].tools.includes(spec.name)).map(({ spec }) => spec);
          expect(mostTokens(openingMessages(ROLE_TABLE[role], said), tools) + max_output).toBeLessThanOrEqual(window);
        },
      ),
      { seed: 20_261_121, numRuns: 8 },
    );
  });

  const task = {
    key: 'S1.2',
    title: 'Wrap',
    description: 'Write wrap().',
    acceptance: '',
    checklist: [],
    links: [],
    checks: ['npm test'],
  };
  const nothing = { rules: null, recalled: [], notes: [], handed_over: [], evidence: [], charge: null };
  it('is left as it is where it fits', () => {
    const brief: Brief = { task, try: 1, ...nothing, recalled: ['[fact, #1, from a person]\n| Tabs.'] };
    expect(fittedText(brief, 1_000, said => said)).toBe(briefText(brief));
  });

  it('keeps the task, its checks and the last facts longest', () => {
    const long = 'word '.repeat(2_000);
    const evidence = [1, 2, 3].map(turn => ({ try: turn, model: 'small', facts: `facts of turn ${turn} ${long}` }));
    const brief: Brief = {
      task,
      try: 4,
      ...nothing,
      rules: { file: 'AGENTS.md', text: long },
      notes: [long, long],
      evidence,
    };
    const said = fittedText(brief, 1_500, one => one);
    expect(said).toContain('Write wrap().');
    expect(said).toContain('- `npm test`');
    expect(said).toContain('facts of turn 3');
    expect(said).toMatch(/Try 4\.$/);
    expect(said).toContain('[cut: ');
  });
});
