import { useInput, usePaste } from 'ink';
import { useSyncExternalStore } from 'react';
import type { Store } from '../store.ts';
import { commandFor, keyNames } from './keys.ts';
import { type BoardEvent, type BoardState, modeOf } from './state.ts';
import { BoardView } from './view.tsx';

/** Keys in, the store's state out. What is pasted is text for the filter line, never keys. */
export function BoardScreen({ store }: { readonly store: Store<BoardState, BoardEvent> }) {
  const state = useSyncExternalStore(store.subscribe, store.get, store.get);
  useInput((input, key) => {
    for (const name of keyNames(input, key)) {
      const command = commandFor(name, modeOf(store.get()));
      if (command !== null) store.send({ type: 'pressed', command });
    }
  });
  usePaste(text => {
    if (modeOf(store.get()) !== 'filter') return;
    store.send({ type: 'pressed', command: { type: 'filter-edited', edit: { type: 'insert', text } } });
  });
  return <BoardView state={state} />;
}
