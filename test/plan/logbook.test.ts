import { describe, expect, it } from 'vitest';
import { anchorsOf } from '../../src/km/plan/anchors.ts';
import { appendIssue } from '../../src/km/plan/issues.ts';
import { appendResearch } from '../../src/km/plan/research.ts';

const question = {
  project: 'demo',
  key: 'S1.1',
  title: 'One',
  what: 'Which runtime is quicker?',
  text: '',
  by: 'max',
  iso: '2026-11-21T09:00:00Z',
};

describe('research.md', () => {
  it('gets an entry under the next number, whose anchor exists', () => {
    const first = appendResearch(null, question);
    expect(first.text).toBe(`# demo – Research

> Questions and what was found out, one entry each. Entries are added at the end and stay; the plan links to them.

## RQ-001 – Which runtime is quicker?
<!-- llmclis research task=S1.1 what=${/what=(\w+)/.exec(first.text)?.[1]} -->

- **Date:** 2026-11-21T09:00:00Z
- **Task:** S1.1 – One
- **By:** max
`);
    expect([first.id, first.anchor]).toEqual(['RQ-001', 'rq-001--which-runtime-is-quicker']);
    const second = appendResearch(first.text, { ...question, what: 'And by how much?' });
    expect(second).toMatchObject({ id: 'RQ-002', anchor: 'rq-002--and-by-how-much' });
    expect(second.text.startsWith(first.text)).toBe(true);
    expect([...anchorsOf(second.text)]).toEqual(expect.arrayContaining([first.anchor, second.anchor]));
  });

  it('keeps what is there byte for byte, and finds an entry again', () => {
    const mine = '# My research\r\n\r\n## What is it\r\n\r\nWords';
    const first = appendResearch(mine, question);
    expect(first.text.startsWith(`${mine}\r\n\r\n## RQ-001`)).toBe(true);
    expect(first.text).not.toMatch(/[^\r]\n/);
    expect(appendResearch(first.text, { ...question, iso: '2027-01-01T00:00:00Z' })).toEqual(first);
    expect(appendResearch(first.text, { ...question, key: 'S1.2' }).id).toBe('RQ-002');
  });

  it('holds any text without letting it end the entry', () => {
    const text = '# A heading\n~~~sh\n# no heading\n<!-- x\n';
    const entry = appendResearch(null, { ...question, what: 'x'.repeat(300), text });
    const after = appendResearch(entry.text, { ...question, what: 'Next' });
    expect(entry.text).toContain(`\n${'x'.repeat(300)}\n\n### A heading\n~~~sh\n# no heading\n<!-- x\n~~~\n`);
    expect(anchorsOf(after.text).has(after.anchor)).toBe(true);
    expect(after.anchor).toBe('rq-002--next');
  });
});

describe('issues.md', () => {
  it('holds what someone reports, without a run', () => {
    const entry = { project: 'demo', key: 'S1.1', title: 'One', reason: 'reported', detail: 'It hangs.', by: 'coder' };
    const { text, id } = appendIssue(null, { ...entry, tries: null, run_id: null, iso: question.iso });
    expect(id).toBe('KM-001');
    expect(text).toContain('- **Reason:** reported\n- **Reported by:** coder\n\n```text\nIt hangs.\n```\n');
    expect(text).not.toMatch(/Tries|Run:/);
  });
});
