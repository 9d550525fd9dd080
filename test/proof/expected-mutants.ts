/** Code, and every mutant of it: `line operator: the changed line`. */
export const TYPESCRIPT = {
  code: `import { x } from './x.ts';
export type Kind = 'a' | 'b';
interface Box<T> { a: 'x'; n: 1 }
@Injectable({ a: 1 })
export class Shelf<T extends Map<string, number>> {
  private readonly limit = 10;
  add(item: T, count: number): void {
    if (count > this.limit && !item) throw new Error(\`too many\`);
    this.items.push(item);
    console.log('added', count + 1);
  }
  find(name: string): T | null {
    return this.items.find(other => other.name === name) ?? null;
  }
}
`,
  mutants: [
    '6 constant: private readonly limit = 11;',
    '6 constant: private readonly limit = 9;',
    '8 condition: if (!(count > this.limit && !item)) throw new Error(`too many`);',
    '8 comparison: if (count >= this.limit && !item) throw new Error(`too many`);',
    '8 comparison: if (count <= this.limit && !item) throw new Error(`too many`);',
    '8 boolean: if (count > this.limit || !item) throw new Error(`too many`);',
    '8 boolean: if (count > this.limit && item) throw new Error(`too many`);',
    '9 statement: ;',
    '9 return: return;',
    '13 return: return null;',
    '13 comparison: return this.items.find(other => other.name !== name) ?? null;',
  ],
};

export const JAVASCRIPT = {
  code: `'use strict'
const fs = require('fs')
function cut(text, from) {
  const parts = text.split(/[,;]/).slice(from)
  if (from < 2 || parts.length == 0) return ['none', from]
  swap(text, from)
  return null
}
`,
  mutants: [
    '4 slice: const parts = text.split(/[,;]/).slice(from + 1)',
    "5 condition: if (!(from < 2 || parts.length == 0)) return ['none', from]",
    "5 comparison: if (from <= 2 || parts.length == 0) return ['none', from]",
    "5 comparison: if (from >= 2 || parts.length == 0) return ['none', from]",
    "5 constant: if (from < 3 || parts.length == 0) return ['none', from]",
    "5 constant: if (from < 1 || parts.length == 0) return ['none', from]",
    "5 boolean: if (from < 2 && parts.length == 0) return ['none', from]",
    "5 comparison: if (from < 2 || parts.length != 0) return ['none', from]",
    "5 constant: if (from < 2 || parts.length == 1) return ['none', from]",
    '5 list: if (from < 2 || parts.length == 0) return []',
    "5 string: if (from < 2 || parts.length == 0) return ['', from]",
    '6 statement: ;',
    '6 return: return;',
    '6 arguments: swap(from, text)',
    '7 return: return undefined',
  ],
};

export const PYTHON = {
  code: `"""Doc 1 < 2."""
from a import (b,
    c)

@cache(1)
def price(items, rate: float = 0.5, name: "Name" = "x") -> "Total":
    """Doc string."""
    for item in items:
        if item.kind is not None and item.count >= 2:
            total += item.price * rate  # 5 > 3
        elif name not in ['a']:
            continue
    print("total", total + 1)
    return total[first:last]
`,
  mutants: [
    '6 constant: def price(items, rate: float = 1.5, name: "Name" = "x") -> "Total":',
    '9 condition: if not (item.kind is not None and item.count >= 2):',
    '9 comparison: if item.kind is None and item.count >= 2:',
    '9 boolean: if item.kind is not None or item.count >= 2:',
    '9 comparison: if item.kind is not None and item.count > 2:',
    '9 comparison: if item.kind is not None and item.count < 2:',
    '9 constant: if item.kind is not None and item.count >= 3:',
    '9 constant: if item.kind is not None and item.count >= 1:',
    '10 statement: pass  # 5 > 3',
    '10 return: return  # 5 > 3',
    '10 assignment: total -= item.price * rate  # 5 > 3',
    '10 arithmetic: total += item.price / rate  # 5 > 3',
    "11 condition: elif not (name not in ['a']):",
    "11 comparison: elif name in ['a']:",
    '11 list: elif name not in []:',
    "11 string: elif name not in ['']:",
    '12 statement: pass',
    '14 return: return None',
    '14 slice: return total[first + 1:last]',
  ],
};

export const GO = {
  code: `package main

import (
	"fmt"
)

type T struct {
	A int \`json:"a"\`
}

func (t *T) Sum(xs []int, p *int) (int, error) {
	for i := 0; i < len(xs); i++ {
		if v := xs[i]; v > 0 && v%2 == 0 {
			total += v
		}
	}
	fmt.Println("x", total+1)
	t.names = []string{"a", \`raw\`}
	if err != nil {
		return 0, err
	}
	return total, nil
}
`,
  mutants: [
    '12 constant: for i := 1; i < len(xs); i++ {',
    '12 comparison: for i := 0; i <= len(xs); i++ {',
    '12 comparison: for i := 0; i >= len(xs); i++ {',
    '12 assignment: for i := 0; i < len(xs); i-- {',
    '13 condition: if v := xs[i]; !(v > 0 && v%2 == 0) {',
    '13 comparison: if v := xs[i]; v >= 0 && v%2 == 0 {',
    '13 comparison: if v := xs[i]; v <= 0 && v%2 == 0 {',
    '13 constant: if v := xs[i]; v > 1 && v%2 == 0 {',
    '13 boolean: if v := xs[i]; v > 0 || v%2 == 0 {',
    '13 arithmetic: if v := xs[i]; v > 0 && v*2 == 0 {',
    '13 constant: if v := xs[i]; v > 0 && v%3 == 0 {',
    '13 constant: if v := xs[i]; v > 0 && v%1 == 0 {',
    '13 comparison: if v := xs[i]; v > 0 && v%2 != 0 {',
    '13 constant: if v := xs[i]; v > 0 && v%2 == 1 {',
    '14 statement: ',
    '14 assignment: total -= v',
    '18 statement: ',
    '18 list: t.names = []string{}',
    '18 string: t.names = []string{"", `raw`}',
    '18 string: t.names = []string{"a", ``}',
    '19 condition: if !(err != nil) {',
    '19 comparison: if err == nil {',
    '20 return: return 0, nil',
    '20 constant: return 1, err',
  ],
};

export const RUST = {
  code: `use std::collections::HashMap;
#[derive(Debug)]
fn first<'a>(map: &'a HashMap<String, u32>, name: &str) -> Option<&'a u32> {
    if name.len() > 3 && !map.is_empty() {
        log(name, map);
        println!("{}", 1 + 2);
    }
    map.get(name)
}
`,
  mutants: [
    '4 condition: if !(name.len() > 3 && !map.is_empty()) {',
    '4 comparison: if name.len() >= 3 && !map.is_empty() {',
    '4 comparison: if name.len() <= 3 && !map.is_empty() {',
    '4 constant: if name.len() > 4 && !map.is_empty() {',
    '4 constant: if name.len() > 2 && !map.is_empty() {',
    '4 boolean: if name.len() > 3 || !map.is_empty() {',
    '4 boolean: if name.len() > 3 && map.is_empty() {',
  ],
};
