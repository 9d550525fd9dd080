import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wrap } from '../src/index.js';

test('wrap: a text that fits stays one line', () => {
  assert.equal(wrap('one two', 20), 'one two');
});

test('wrap: breaks between words', () => {
  assert.equal(wrap('the quick brown fox', 10), 'the quick\nbrown fox');
});

test('wrap: no line is longer than the width', () => {
  const text = 'a bb ccc dddd eeeee ffffff a bb ccc dddd eeeee';
  for (let width = 6; width <= 20; width += 1)
    for (const line of wrap(text, width).split('\n')) assert.ok(line.length <= width, `${width}: "${line}"`);
});

test('wrap: a word longer than the width is broken', () => {
  assert.equal(wrap('a extraordinary b', 6), 'a\nextrao\nrdinar\ny b');
});

test('wrap: paragraphs stay apart', () => {
  assert.equal(wrap('one two\n\nthree four', 7), 'one two\n\nthree\nfour');
});

test('wrap: refuses a width below 1', () => {
  assert.throws(() => wrap('one', 0), RangeError);
});
