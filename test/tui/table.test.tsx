import fc from 'fast-check';
import { renderToString } from 'ink';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { type CellProps, Table } from '../../src/tui/table.tsx';
import { shrink } from '../../src/tui/table-layout.ts';

type Row = { readonly name: string; readonly size: number | null };
const rows: readonly Row[] = [
  { name: '日本語の名前', size: 12 },
  { name: '👩‍👩‍👧 family', size: null },
  { name: 'e\u0301clair', size: 1_234 },
];
const lines = (node: Parameters<typeof renderToString>[0], columns = 80): readonly string[] =>
  renderToString(node, { columns }).split('\n');

describe('Table', () => {
  it('shows every field of the rows in ink-table order and padding when no columns are given', () => {
    expect(
      lines(
        <Table
          data={[
            { a: 1, b: 'x' },
            { a: 22, b: 'yy' },
          ]}
        />,
      ),
    ).toEqual([' a   b', ' 1   x', ' 22  yy']);
  });

  it('aligns columns after wide, joined and combining characters', () => {
    const columns = [{ key: 'name' }, { key: 'size', align: 'right' }] as const;
    const drawn = lines(<Table data={rows} columns={columns} padding={1} width={40} />);
    expect(drawn.slice(1).map(line => stringWidth(line.replace(/ *(12|1234)?$/, '')))).toEqual([13, 10, 7]);
    expect(drawn[1]).toBe(' 日本語の名前    12');
    expect(drawn[3]).toBe(' e\u0301clair        1234');
  });

  it('cuts cells so that no line is wider than the table', () => {
    const data = [{ key: 'A1', title: 'a very long title that nobody can read at once', cost: '$0.0123' }];
    const drawn = lines(
      <Table data={data} columns={['key', { key: 'title', min: 8 }, { key: 'cost', min: 7 }]} width={30} />,
      30,
    );
    expect(drawn[1]).toBe(' A1   a very long t…  $0.0123');
    for (const line of drawn) expect(stringWidth(line)).toBeLessThanOrEqual(30);
  });

  it('shrinks the widest columns first, never below their least width, and only as far as needed', () => {
    const widths = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(widths, fc.integer({ min: 0, max: 200 }), (natural, available) => {
        const mins = natural.map(width => Math.min(4, width));
        const shrunk = shrink(natural, mins, available);
        const sum = (list: readonly number[]) => list.reduce((total, one) => total + one, 0);
        expect(shrunk.every((width, index) => width >= (mins[index] ?? 0) && width <= (natural[index] ?? 0))).toBe(
          true,
        );
        expect(sum(shrunk)).toBe(Math.max(sum(mins), Math.min(sum(natural), available)));
      }),
    );
  });

  it('draws only the rows in its window, whatever the size of the data', () => {
    const data = Array.from({ length: 2_000 }, (_, index) => ({ key: `T${index}`, title: `Task ${index}` }));
    const drawn: string[] = [];
    const cell = ({ row, column, children }: CellProps<(typeof data)[number]>) => {
      if (column === 'key') drawn.push(row.key);
      return children;
    };
    const shown = lines(<Table data={data} cell={cell} height={3} offset={1_000} selected={1_001} />);
    expect(new Set(drawn)).toEqual(new Set(['T1000', 'T1001', 'T1002']));
    expect(shown).toHaveLength(4);
    expect(shown[2]).toMatch(/^› +T1001/);
  });

  it('draws headings as whole lines and marks rows', () => {
    const data = [
      { key: 'S1', title: 'Stage' },
      { key: 'T1', title: 'Task' },
    ];
    const shown = lines(
      <Table
        data={data}
        width={30}
        heading={row => (row.key === 'S1' ? 'S1 the stage' : null)}
        mark={row => (row.key === 'T1' ? '▶' : '')}
      />,
    );
    expect(shown).toEqual(['   key  title', '   S1 the stage', ' ▶ T1   Task']);
  });
});
