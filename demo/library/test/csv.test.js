import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatCsvRow, parseCsvRow } from '../src/index.js';

test('csv: splits at commas and keeps empty fields', () => {
  assert.deepEqual(parseCsvRow('a,b,,d'), ['a', 'b', '', 'd']);
  assert.deepEqual(parseCsvRow(''), ['']);
});

test('csv: a quoted field may hold commas', () => {
  assert.deepEqual(parseCsvRow('1,"Doe, Jane",x'), ['1', 'Doe, Jane', 'x']);
});

test('csv: a doubled quote is a quote', () => {
  assert.deepEqual(parseCsvRow('"say ""hi""",2'), ['say "hi"', '2']);
});

test('csv: a quote that is never closed is refused', () => {
  assert.throws(() => parseCsvRow('a,"b'), SyntaxError);
});

test('csv: quotes a field only where it must', () => {
  assert.equal(formatCsvRow(['a', 'b c', 'd,e', 'f"g', 'h\ni']), 'a,b c,"d,e","f""g","h\ni"');
});

test('csv: what was written is read back', () => {
  for (const row of [['', ''], ['"', ','], ['a\nb', '""']]) assert.deepEqual(parseCsvRow(formatCsvRow(row)), row);
});
