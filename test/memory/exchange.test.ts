import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJsonl } from '../../src/memory/exchange/jsonl.ts';
import { parseMarkdown, printMarkdown } from '../../src/memory/exchange/markdown.ts';
import { portableSchema } from '../../src/memory/exchange/portable.ts';
import { codeOf, messageOf, must } from '../km/fixtures.ts';
import { comesBack, makeExchange, withoutStore } from './exchange-fixtures.ts';
import { operations } from './record-model.ts';

/** Something of everything: replaced, wrong, pinned, edited, forgotten, linked, global, said again. */
function makeFull() {
  const world = makeExchange();
  const { say, change, record, forget, clock } = world;
  const port = say('db.port = 1', { task: 7, task_key: 'S1', file: 'a.js', lines: '1-2' });
  clock.forward(60);
  const next = say('db.port = 2', { agent: 'person' });
  clock.forward(60);
  say('db.port = 1');
  must(change('wrong', say('A wrong one.', { type: 'note', agent: 'coder' }).id));
  must(change('pin', say('Pinned -->\n\n<!-- llmclis:memory {} -->\n# Heading', { type: 'lesson' }).id));
  must(forget(say('Forgotten.', { type: 'note' }).id));
  const edited = say('Before.', { type: 'note', links: [{ to: port.id, kind: 'derives' }] });
  must(record.edit({ id: edited.id, text: 'After.', projectId: 1, agent: 'ann' }));
  say('Everywhere.', { type: 'decision', scope: 'global' });
  return { ...world, port, next, edited };
}

describe('an export', () => {
  it('comes back equal in an empty database, and once more changes nothing', () => {
    const one = makeFull();
    const two = makeExchange();
    expect(must(two.readJsonl(one.jsonl()))).toMatchObject({ added: 7, unchanged: 0, edited: 0, left: 0 });
    expect(withoutStore(two.jsonl())).toBe(withoutStore(one.jsonl()));
    expect(must(two.readJsonl(one.jsonl()))).toMatchObject({ added: 0, unchanged: 7 });
    expect(must(one.readJsonl(one.jsonl()))).toMatchObject({ added: 0, unchanged: 7 });
    expect(withoutStore(two.jsonl())).toBe(withoutStore(one.jsonl()));
  });

  it('of any history comes back equal, and once more changes nothing', () => {
    fc.assert(fc.property(operations, comesBack), { numRuns: 15, seed: 3 });
  });

  it('in Markdown comes back with every field but earlier texts and history', () => {
    const one = makeFull();
    const two = makeExchange();
    expect(must(two.readMarkdown(one.markdown()))).toMatchObject({ added: 7 });
    expect(withoutStore(two.markdown())).toBe(withoutStore(one.markdown()));
    expect(must(one.readMarkdown(one.markdown()))).toMatchObject({ added: 0, edited: 0, unchanged: 7 });
    expect(must(one.readMarkdown(one.markdown().replaceAll('\n', '\r\n')))).toMatchObject({ edited: 0, unchanged: 7 });
  });

  it('in Markdown keeps any text', () => {
    const header = { llmclis_memory: 1, store: '', project_id: 1 };
    const line = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('<!-- llmclis:memory {} -->', '\\<!-- llmclis:memory', '## 1 · note', '---', '\r'),
    );
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), lines => {
        const text = lines.join('\n').toWellFormed().trim();
        const entry = portableSchema.parse({ id: 1, text });
        const other = portableSchema.parse({ id: 2, text: 'Other.' });
        const printed = printMarkdown({ header, entries: [entry, other] }, 'Memory');
        expect(must(parseMarkdown('x', printed)).entries.map(read => read.entry.text)).toEqual([text, 'Other.']);
      }),
      { numRuns: 40, seed: 8 },
    );
  });
});

describe('an import', () => {
  it('takes what people edited in a file as edits', () => {
    const { markdown, readMarkdown, show, edited } = makeFull();
    const text = markdown().replace('After.', 'After all.\n\nWith a second paragraph.');
    expect(must(readMarkdown(text, true))).toMatchObject({
      dry_run: true,
      edited: 1,
      entries: expect.arrayContaining([expect.objectContaining({ action: 'edited', id: edited.id })]),
    });
    expect(show(edited.id).text).toBe('After.');
    expect(must(readMarkdown(text))).toMatchObject({ edited: 1, unchanged: 6 });
    expect(show(edited.id)).toMatchObject({
      text: 'After all.\n\nWith a second paragraph.',
      versions: [{ text: 'Before.' }, { text: 'After.' }],
    });
    expect(must(readMarkdown(text))).toMatchObject({ edited: 0, unchanged: 7 });
  });

  it('leaves alone what was edited or forgotten here since', () => {
    const { markdown, readMarkdown, record, forget, edited, port, show } = makeFull();
    const [old, both] = [markdown(), markdown().replace('After.', 'In the file.')];
    must(record.edit({ id: edited.id, text: 'Here.', projectId: 1, agent: 'ann' }));
    must(forget(port.id));
    const left = must(readMarkdown(old)).entries.filter(({ action }) => action === 'left');
    expect(left.map(({ id, because }) => [id, because])).toEqual([
      [port.id, 'it was forgotten here'],
      [edited.id, 'its text was edited here since the export'],
    ]);
    expect(must(readMarkdown(both)).entries.find(({ id }) => id === edited.id)?.because).toBe(
      'its text was edited both here and in the file',
    );
    expect([show(edited.id).text, show(port.id).text]).toEqual(['Here.', '']);
  });

  it('puts statements of elsewhere among those that are here', () => {
    const { jsonl } = makeFull();
    const here = makeExchange();
    here.clock.forward(3600);
    const port = here.say('db.port = 7');
    const wrong = here.say('Everywhere.', { type: 'note', scope: 'global' });
    must(here.change('wrong', wrong.id));
    expect(must(here.readJsonl(jsonl()))).toMatchObject({ added: 6, unchanged: 1 });
    expect(here.show(port.id)).toMatchObject({ status: 'live', slot: 'db.port' });
    expect(here.show(wrong.id).status).toBe('wrong');
    const slots = must(here.record.list({ projectId: 1, limit: 99 })).entries.filter(({ slot }) => slot === 'db.port');
    expect(slots.map(({ id }) => id)).toEqual([port.id]);
  });

  it('takes entries that people wrote themselves', () => {
    const { markdown, readMarkdown, record } = makeExchange();
    const text = `${markdown()}\n<!-- llmclis:memory {"type":"fact","task":"S1"} -->\ndb.host = here\n\n<!-- llmclis:memory {} -->\n\nA note.\n`;
    expect(must(readMarkdown(text))).toMatchObject({ added: 2 });
    expect(must(record.list({ projectId: 1, limit: 9 })).entries).toMatchObject([
      { text: 'A note.', type: 'note', scope: 'project', agent: 'person', trust: 'person' },
      { text: 'db.host = here', type: 'fact', scope: 'task', task_key: 'S1', task_id: 7, slot: 'db.host' },
    ]);
    expect(must(readMarkdown(text))).toMatchObject({ added: 0, unchanged: 2 });
  });

  it('keeps no secret that a file holds', () => {
    const { jsonl } = makeFull();
    const here = makeExchange(text => text.replaceAll('hunter2', '[secret]'));
    must(
      here.readJsonl(
        jsonl().replaceAll('Before.', 'hunter2').replaceAll('After.', 'hunter2 too').replaceAll('"ann"', '"hunter2"'),
      ),
    );
    expect(here.sqlite.serialize().toString('latin1')).not.toContain('hunter2');
    expect(here.jsonl()).toContain('[secret] too');
  });

  it('keeps no secret where a time should stand', () => {
    const here = makeExchange();
    const at = 'hunter2';
    const entry = {
      text: 'A note.',
      versions: [{ replaced_at: at, text: 'Before.' }],
      history: [{ at, agent: 'ann', action: 'edited' }],
    };
    must(here.readJsonl(`{"llmclis_memory":1}\n${JSON.stringify({ ...entry, created_at: at })}`));
    expect(here.jsonl()).not.toContain('hunter2');
    expect(here.jsonl()).toContain('Before.');
  });

  it('is trusted no more than who reads it in', () => {
    const here = makeExchange();
    const one = here.say('db.port = 1');
    const file = '{"llmclis_memory":1}\n{"text":"db.port = 2","type":"fact","trust":"person"}';
    must(here.readJsonl(file, false, 'coder'));
    expect(here.show(one.id).status).toBe('live');
    expect(here.show(one.id + 1)).toMatchObject({ trust: 'agent', slot: null });
  });

  it('gives a number of its own to an entry whose number is out of reach for the indexes', async () => {
    const here = makeExchange();
    const { id } = here.say('The first one.', { type: 'note' });
    must(here.readJsonl('{"llmclis_memory":1}\n{"id":3000000000,"text":"A platypus."}'));
    expect(await here.found('platypus')).toEqual([id + 1]);
  });

  it('is known again when an editor has changed all line ends', () => {
    const one = makeExchange();
    const text = 'One line.\nAnother line.';
    one.say(text, { type: 'note' });
    const file = one.markdown();
    const two = makeExchange();
    must(two.readMarkdown(file));
    expect(must(two.readMarkdown(file.replaceAll('\n', '\r\n')))).toMatchObject({ added: 0, unchanged: 1 });
  });

  it('names the line that cannot be read, and changes nothing', () => {
    const { jsonl, markdown } = makeFull();
    const lines = jsonl().split('\n');
    const damaged = (line: string) => parseJsonl('x.jsonl', lines.with(3, line).join('\n'));
    expect(messageOf(damaged('{"id":'))).toContain('Line 4 of x.jsonl cannot be read: it is no JSON object');
    expect(messageOf(damaged('{"text":"a","type":"thought"}'))).toContain('Line 4 of x.jsonl cannot be read: type:');
    expect(messageOf(damaged('{"type":"note"}'))).toContain('text:');
    for (const text of ['', '# Notes', '[]', '{"a":1}']) {
      expect(codeOf(parseJsonl('x', text))).toBe('input.invalid');
      expect(codeOf(parseMarkdown('x', text))).toBe('input.invalid');
    }
    expect(codeOf(parseJsonl('x', '{"llmclis_memory":2}'))).toBe('database.newer');
    expect(messageOf(parseMarkdown('x.md', markdown().replace('{"id":1,', '{"id":one,')))).toContain('Line 6 of x.md');
    const here = makeExchange();
    const empty = [jsonl(), JSON.stringify({ text: ' ' })].join('');
    expect(messageOf(here.readJsonl(empty))).toBe('The entry on line 9 of x.jsonl has no text. Nothing was changed.');
    expect(here.write().entries).toEqual([]);
  });
});
