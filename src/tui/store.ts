export type Store<State, Event> = {
  get(): State;
  send(event: Event): void;
  /** Called after each change; the answer unsubscribes. */
  subscribe(listener: () => void): () => void;
};

/**
 * Holds one screen's state. `update` is pure and returns the next state and the effects to perform; an effect answers by
 * sending events. What an effect rejects with is a bug and goes to `onBug`.
 */
export function createStore<State, Event, Effect>(options: {
  readonly initial: State;
  update(state: State, event: Event): readonly [State, ...Effect[]];
  perform(effect: Effect, send: (event: Event) => void, state: () => State): Promise<void>;
  onBug(error: unknown): void;
}): Store<State, Event> {
  let state = options.initial;
  const get = (): State => state;
  const listeners = new Set<() => void>();
  const send = (event: Event): void => {
    const [next, ...effects] = options.update(state, event);
    if (next !== state) {
      state = next;
      for (const listener of listeners) listener();
    }
    for (const effect of effects) options.perform(effect, send, get).catch(options.onBug);
  };
  return {
    get,
    send,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
