import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slugify } from '../src/index.js';

test('slugify: lower case, one hyphen between words', () => {
  assert.equal(slugify('Hello,   World!'), 'hello-world');
});

test('slugify: no hyphen at either end', () => {
  assert.equal(slugify(' -- What is new? -- '), 'what-is-new');
});

test('slugify: accents are taken off', () => {
  assert.equal(slugify('Crème Brûlée'), 'creme-brulee');
  assert.equal(slugify('Straße'), 'strasse');
});

test('slugify: another separator', () => {
  assert.equal(slugify('Hello World', { separator: '_' }), 'hello_world');
});

test('slugify: maxLength cuts between words', () => {
  assert.equal(slugify('the quick brown fox', { maxLength: 12 }), 'the-quick');
  assert.equal(slugify('the quick brown fox', { maxLength: 9 }), 'the-quick');
});

test('slugify: a text without letters or digits is empty', () => {
  assert.equal(slugify('?!'), '');
});
