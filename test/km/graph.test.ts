import { describe, expect, it } from 'vitest';
import type { GraphOptions } from '../../src/km/km.ts';
import { addTasks, codeOf, makeWorld, must, type World } from './fixtures.ts';

function garden(): World {
  const world = makeWorld();
  const { A = 0 } = addTasks(world, {
    S1: { kind: 'stage' },
    A: { parent: 'S1' },
    B: { parent: 'S1', depends_on: ['A'] },
    C: { depends_on: ['A', 'B'], related: ['B'] },
    D: { depends_on: ['C'], discovered_from: ['A'] },
    P: [],
    Q: { parent: 'P' },
    E: { depends_on: ['P'] },
    Z: [],
    S2: { kind: 'stage' },
  });
  must(world.km.markTaskStatus(A, 'done', { agent: 'me', proof: 'red-green' }));
  return world;
}
const show = ({ km, project }: World, options: GraphOptions = {}) => {
  const { nodes, edges } = must(km.graph(project, options));
  return {
    nodes: nodes.map(({ key }) => key).join(' '),
    edges: edges.map(({ from, kind, to }) => `${from} ${kind} ${to}`),
  };
};

describe('the graph of tasks', () => {
  it('holds what is open, with the stages and parents around it', () => {
    expect(show(garden())).toEqual({
      nodes: 'S1 B C D P Q E Z',
      edges: ['B blocks C', 'C blocks D', 'P blocks E', 'C related B'],
    });
  });

  it('holds everything when asked for', () => {
    const { nodes, edges } = show(garden(), { all: true });
    expect(nodes).toBe('S1 A B C D P Q E Z S2');
    expect(edges).toEqual([
      'A blocks B',
      'A blocks C',
      'B blocks C',
      'C blocks D',
      'P blocks E',
      'C related B',
      'D discovered-from A',
    ]);
  });

  it('holds around one task what it needs and what needs it, as far as asked', () => {
    const world = garden();
    expect(show(world, { key: 'C' }).nodes).toBe('S1 B C D');
    expect(show(world, { key: 'C', all: true }).nodes).toBe('S1 A B C D');
    expect(show(world, { key: 'D', all: true, depth: 1 }).nodes).toBe('S1 A C D');
    expect(show(world, { key: 'B', depth: 1 }).nodes).toBe('S1 B C');
    expect(show(world, { key: 'P' }).nodes).toBe('P Q E');
    expect(show(world, { key: 'Z' }).nodes).toBe('Z');
  });

  it('holds around a stage what its tasks need and what needs them', () => {
    expect(show(garden(), { key: 'S1' }).nodes).toBe('S1 B C D');
    expect(show(garden(), { key: 'S1', depth: 1 }).nodes).toBe('S1 B C');
  });

  it('holds a stage that a task waits for, empty as it is', () => {
    const world = garden();
    addTasks(world, { W: ['S2'] });
    expect(show(world)).toMatchObject({
      nodes: 'S1 B C D P Q E Z S2 W',
      edges: expect.arrayContaining(['S2 blocks W']),
    });
  });

  it('shows a task that is done when it is asked about', () => {
    expect(show(garden(), { key: 'A', depth: 1 }).nodes).toBe('S1 A B C D');
  });

  it('tells each task’s status, title and what it is part of', () => {
    const { km, project } = garden();
    expect(must(km.graph(project, { key: 'B', depth: 1 })).nodes[1]).toEqual({
      key: 'B',
      kind: 'task',
      title: 'Task B',
      status: 'pending',
      reason: null,
      parent: 'S1',
    });
    expect(codeOf(km.graph(project, { key: 'NO' }))).toBe('input.not_found');
  });
});
