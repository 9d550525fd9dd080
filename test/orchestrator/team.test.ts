import { describe, expect, it } from 'vitest';
import { emptyRun, type RunState } from '../../src/orchestrator/state.ts';
import { createTeam, type WorkerEnd, worstOf } from '../../src/orchestrator/team.ts';

function member(state: Partial<RunState> = {}) {
  const halted: WorkerEnd[] = [];
  return { halted, state: () => ({ ...emptyRun, ...state }), halt: (end: WorkerEnd) => void halted.push(end) };
}

describe('a team', () => {
  it('counts the steps and the money of the others, with those of runs that are over', () => {
    const team = createTeam(['a', 'b', 'c'], { steps: 2, usd: 0.5 });
    team.join('a', member({ steps: 3, usd: 1 }));
    team.join('b', member({ steps: 5, usd: 2, reserved: 0.25 }));
    team.join('c', member());
    expect([team.stepsElsewhere('a'), team.stepsElsewhere('b'), team.stepsElsewhere('c')]).toEqual([7, 5, 10]);
    expect([team.usdElsewhere('a'), team.usdElsewhere('c')]).toEqual([
      { spent: 2.5, reserved: 0.25 },
      { spent: 3.5, reserved: 0.25 },
    ]);
  });

  it('counts a turn from the moment it is decided, once', () => {
    const team = createTeam(['a', 'b']);
    team.join('a', member());
    team.join('b', member());
    team.beginTurn('a');
    expect([team.stepsElsewhere('b'), team.stepsElsewhere('a')]).toEqual([1, 0]);
    team.endTurn('a');
    expect(team.stepsElsewhere('b')).toBe(0);
  });

  it('ends all where one cannot go on, also one that joins later, and lets blocked tasks pass', () => {
    const team = createTeam(['a', 'b', 'c', 'd']);
    const [a, b, c, d] = [member(), member(), member(), member()];
    team.join('a', a);
    team.join('b', b);
    team.join('c', c);
    team.leave('a', { because: 'nothing is ready', exit: 3 });
    expect([b.halted, c.halted]).toEqual([[], []]);
    const end = { because: 'no node', exit: 4 };
    team.leave('b', end);
    team.join('d', d);
    expect([a.halted, b.halted, c.halted, d.halted]).toEqual([[], [], [end], [end]]);
  });

  it('knows who is last, and the worst end of all', () => {
    const team = createTeam(['a', 'b']);
    team.join('a', member());
    expect(team.isLast('a')).toBe(false);
    team.leave('a', { because: 'all tasks are done', exit: 0 });
    expect(team.end()?.exit).toBe(0);
    team.leave('b', { because: 'nothing is ready', exit: 3 });
    expect([team.isLast('a'), team.end()]).toEqual([true, { because: 'nothing is ready', exit: 3 }]);
  });

  it('ranks the ends: a bug, an interruption, what is missing, money, a conflict, bad input, blocked, done', () => {
    const exits = [0, 3, 2, 6, 5, 4, 130, 1];
    const ends = exits.map(exit => ({ because: '', exit }));
    expect(exits.map((_, count) => worstOf(ends.slice(0, count + 1))?.exit)).toEqual(exits);
    expect(worstOf([])).toBeNull();
  });
});
