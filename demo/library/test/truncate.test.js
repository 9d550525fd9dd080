import assert from 'node:assert/strict';
import { test } from 'node:test';
import { truncate } from '../src/index.js';

test('truncate: leaves a text that fits', () => {
  assert.equal(truncate('abc', 3), 'abc');
});

test('truncate: ends a cut text in an ellipsis', () => {
  assert.equal(truncate('A long sentence', 8), 'A long …');
});

test('truncate: never cuts a character in two', () => {
  assert.equal(truncate('🍎🍐🍊', 2), '🍎…');
});

test('truncate: refuses a length that is no positive integer', () => {
  assert.throws(() => truncate('abc', 0), RangeError);
});
