import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { connect } from '../../src/km/sqlite.ts';
import { followTrigrams } from '../../src/memory/recall/trigrams.ts';
import { codeOf, must } from '../km/fixtures.ts';
import { temporaryFolder } from '../support/repository.ts';
import { makeRecord } from './record-fixtures.ts';

/** Whether any byte of the database, its log or its index still says it, as it is or in lower case as the indexes keep words. */
const holds = (file: string, word: string): boolean =>
  ['', '-wal', '-shm'].some(end => {
    if (!existsSync(`${file}${end}`)) return false;
    const bytes = readFileSync(`${file}${end}`).toString('latin1');
    return [word, word.toLowerCase()].some(form => bytes.includes(form));
  });

function makeFull() {
  const file = join(temporaryFolder(), 'llmclis.db');
  const world = makeRecord({ file });
  const filler = (from: number) => {
    for (let n = from; n < from + 300; n += 1) world.say(`Filler ${n} ${'words '.repeat(n % 90)}`, { type: 'note' });
  };
  filler(0);
  const { id } = world.say(`Quetzalcoatl42 ${'long '.repeat(2000)}`, { type: 'note', session: 's' });
  const near = world.say('Xylophone77 is mentioned here.', { type: 'note', links: [{ to: id, kind: 'derives' }] });
  filler(300);
  must(world.record.edit({ id, text: 'Zanzibar43 is the name now.', projectId: 1, agent: 'person' }));
  followTrigrams(world.sqlite, [
    { memory_id: id, project_id: 1 },
    { memory_id: near.id, project_id: 1 },
  ]);
  world.sqlite.exec(
    `INSERT INTO memory_models (id, name, dimension, pooling, dtype, max_tokens, state, created_at) VALUES (1, 'm', 1, 'mean', 'q8', 9, 'serving', '');
     INSERT INTO memory_embeddings VALUES (1, 'of it', x'c0ffee11223344556677'), (1, 'of both', x'aabbccdd'), (1, 'of the old text', x'deadbeef998877665544');
     INSERT INTO memory_vectors VALUES (1, 1, ${id}, 0, 'of it'), (1, 1, ${id}, 1, 'of both'), (1, 1, ${near.id}, 0, 'of both')`,
  );
  return { ...world, file, id, near: near.id };
}

describe('forget', () => {
  it('takes a text, its versions, its words and its vectors out of the database file', async () => {
    const { file, id, near, forget, show, sqlite, found } = makeFull();
    const bytes = (hex: string): string => Buffer.from(hex, 'hex').toString('latin1');
    for (const word of ['Quetzalcoatl42', 'Zanzibar43', bytes('c0ffee11223344556677')])
      expect(holds(file, word)).toBe(true);
    expect(must(forget(id)).erased).toBe(true);
    for (const word of [
      'Quetzalcoatl42',
      'quetzalcoatl',
      'zalcoat',
      'Zanzibar43',
      bytes('c0ffee11223344556677'),
      bytes('deadbeef998877665544'),
    ])
      expect([word, holds(file, word)]).toEqual([word, false]);
    expect(holds(file, 'Xylophone77')).toBe(true);
    expect(show(id)).toMatchObject({
      ...{ status: 'forgotten', text: '', text_sha256: '', versions: [], type: 'note', agent: 'person' },
      history: [{ action: 'stored' }, { action: 'edited' }, { action: 'forgotten' }],
      links: [{ kind: 'derives', direction: 'from', id: near }],
    });
    const left = sqlite.prepare('SELECT text_sha256 FROM memory_embeddings').pluck().all();
    expect(left).toEqual(['of both']);
    expect([await found('zanzibar'), await found('Xylophone77')]).toEqual([[], [near]]);
  });

  it('is final: what is forgotten cannot be changed, and the same text is a new one', () => {
    const { id, forget, change, record, say } = makeFull();
    must(forget(id));
    for (const kind of ['pin', 'unpin', 'wrong', 'restore'] as const)
      expect(codeOf(change(kind, id))).toBe('input.invalid');
    expect(codeOf(record.edit({ id, text: 'Back.', projectId: 1, agent: 'person' }))).toBe('input.invalid');
    expect(must(forget(id)).erased).toBe(true);
    expect(say('Zanzibar43 is the name now.', { type: 'note' }).stored).toBe(true);
  });

  it('says so when another process keeps the log from being emptied', () => {
    const { file, id, forget } = makeFull();
    const reader = connect(file, { readonly: true, timeout: 0 });
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM memories').get();
    expect(must(forget(id)).erased).toBe(false);
    reader.exec('COMMIT');
    reader.close();
    expect(must(forget(id)).erased).toBe(true);
    expect(holds(file, 'Zanzibar43')).toBe(false);
  });

  it('names others that may repeat it', () => {
    const { say, sqlite, forget } = makeRecord();
    const { id } = say('The wombat is called Bruce.', { type: 'note' });
    const summary = say('One wombat.', { type: 'task_summary', links: [{ to: id, kind: 'summarises' }] });
    const elsewhere = say('The wombat is called Bruce.', { type: 'note', project: 2 });
    const near = say('The wombat is called Bruce now.', { type: 'note' });
    sqlite.prepare("INSERT INTO memory_links VALUES (?, ?, 'near', '')").run(near.id, id);
    say('Nothing of the kind.', { type: 'note' });
    expect(must(forget(id)).echoes).toEqual([summary.id, elsewhere.id, near.id]);
    expect(must(forget(summary.id, near.id)).echoes).toEqual([]);
  });

  it('forgets all of the named entries or none', () => {
    const { id, forget, show } = makeFull();
    expect(codeOf(forget(id, 9999))).toBe('input.not_found');
    expect(show(id).status).toBe('live');
  });
});
