import { useInput } from 'ink';
import { useSyncExternalStore } from 'react';
import type { Store } from '../store.ts';
import { commandFor, keyNames } from './keys.ts';
import type { BoardEvent, BoardState } from './state.ts';
import { BoardView } from './view.tsx';

/** Keys in, the store's state out. */
export function BoardScreen({ store }: { readonly store: Store<BoardState, BoardEvent> }) {
  const state = useSyncExternalStore(store.subscribe, store.get, store.get);
  useInput((input, key) => {
    for (const name of keyNames(input, key)) {
      const command = commandFor(name);
      if (command !== null) store.send({ type: 'pressed', command });
    }
  });
  return <BoardView state={state} />;
}
