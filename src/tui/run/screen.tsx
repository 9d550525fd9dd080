import { useWindowSize } from 'ink';
import { useSyncExternalStore } from 'react';
import type { Store } from '../store.ts';
import type { RunScreenEvent, RunScreenState } from './state.ts';
import { RunScreenView } from './view.tsx';

export function RunScreen({ store }: { readonly store: Store<RunScreenState, RunScreenEvent> }) {
  const state = useSyncExternalStore(store.subscribe, store.get, store.get);
  const { columns, rows } = useWindowSize();
  return <RunScreenView state={state} columns={columns} rows={rows} />;
}
