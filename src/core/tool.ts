import { z } from 'zod';
import type { TurnEnd } from './event.ts';
import type { ToolSpec } from './model.ts';

export type ToolOutput = { readonly text: string; readonly is_error: boolean; readonly end?: TurnEnd };

/** What a call is about to do: the journal stores `edit` (SHA-256 before and after) before `run` does it. */
export type StartedCall = {
  readonly edit?: { readonly path: string; readonly before: string | null; readonly after: string };
  run(signal?: AbortSignal): Promise<ToolOutput>;
};

/** Pure data for the model, and one function that parses a raw input and says what the call will do. Wrong input is an answer, never an exception. */
export type Tool<Context> = {
  readonly spec: ToolSpec;
  start(raw: unknown, context: Context): Promise<StartedCall>;
};

export const said = (text: string): ToolOutput => ({ text, is_error: false });
export const complained = (text: string): ToolOutput => ({ text, is_error: true });
export const answering = (output: ToolOutput): StartedCall => ({ run: async () => output });

/** One schema yields the input type, the parser and the JSON schema that the model sees. */
export function defineTool<Schema extends z.ZodType, Context>(definition: {
  readonly name: string;
  readonly description: string;
  readonly input: Schema;
  start(input: z.output<Schema>, context: Context): Promise<StartedCall> | StartedCall;
}): Tool<Context> {
  const { name, description, input } = definition;
  const { $schema: _, ...inputSchema } = z.toJSONSchema(input, { io: 'input' });
  return {
    spec: { name, description, input_schema: inputSchema },
    async start(raw, context) {
      const parsed = input.safeParse(raw);
      if (parsed.success) return definition.start(parsed.data, context);
      return answering(
        complained(`Wrong input for ${name}: ${z.prettifyError(parsed.error)}\nCall it again, corrected.`),
      );
    },
  };
}
