import { commandFor } from '../../src/tui/board/keys.ts';
import type { BoardSize } from '../../src/tui/board/layout.ts';
import { type BoardEffect, type BoardEvent, type BoardState, initialBoard, modeOf } from '../../src/tui/board/state.ts';
import { updateBoard } from '../../src/tui/board/update.ts';
import { performBoardEffect } from '../../src/tui/effects.ts';
import { createStore, type Store } from '../../src/tui/store.ts';
import { portsOf, type World } from './fixtures.ts';

export type Driven = {
  readonly store: Store<BoardState, BoardEvent>;
  readonly state: () => BoardState;
  /** Effects that were asked for since the last look, by type. */
  effects(): readonly string[];
  send(...events: readonly BoardEvent[]): Driven;
  /** Presses keys by their names; a text is typed character by character where it is no name. */
  press(...names: readonly string[]): Driven;
  /** Types a text as characters. */
  type(text: string): Driven;
  /** Lets what was asked for be answered. */
  settle(): Promise<void>;
};

/** A board over plain data, without a terminal: effects are performed at once, a search with the next `settle`. */
export function drive(there: World, size: BoardSize, filter = ''): Driven {
  const ports = portsOf(there);
  const asked: BoardEffect[] = [];
  const bugs: unknown[] = [];
  const store = createStore<BoardState, BoardEvent, BoardEffect>({
    initial: initialBoard('demo', size, filter),
    update: updateBoard,
    perform: (effect, send, state) => {
      asked.push(effect);
      const leave = (): void => void there.asked.push('leave');
      return performBoardEffect(effect, {
        ports,
        send,
        state,
        leave,
        pause: () => new Promise(resolve => setImmediate(resolve)),
      });
    },
    onBug: bug => bugs.push(bug),
  });
  const driven: Driven = {
    store,
    state: store.get,
    effects: () => asked.splice(0).map(({ type }) => type),
    send(...events) {
      for (const event of events) store.send(event);
      return driven;
    },
    press(...names) {
      for (const name of names) {
        const command = commandFor(name, modeOf(store.get()));
        if (command === null) throw new Error(`no such key now: ${name}`);
        store.send({ type: 'pressed', command });
      }
      return driven;
    },
    type: text => driven.press(...Array.from(text)),
    async settle() {
      for (let turn = 0; turn < 3; turn += 1) await new Promise(resolve => setImmediate(resolve));
      if (bugs.length > 0) throw bugs[0];
    },
  };
  return driven;
}

/** A board that has read its tasks. */
export const opened = (there: World, size: BoardSize = { columns: 80, rows: 24 }, filter = ''): Driven =>
  drive(there, size, filter).send({ type: 'opened' });
