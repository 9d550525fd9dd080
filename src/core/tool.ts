import { z } from 'zod';
import type { ToolSpec } from './model.ts';

export type ToolOutput = { readonly text: string; readonly is_error: boolean };

/** A tool bound to nothing: pure data for the model, and one function that parses its raw input before it runs. */
export type Tool<Context> = {
  readonly spec: ToolSpec;
  /** Never rejects for wrong input: that is an answer the model can read. */
  call(raw: unknown, context: Context, signal?: AbortSignal): Promise<ToolOutput>;
};

export const said = (text: string): ToolOutput => ({ text, is_error: false });
export const complained = (text: string): ToolOutput => ({ text, is_error: true });

/** One schema yields the input type, the parser and the JSON schema that the model sees. */
export function defineTool<Schema extends z.ZodType, Context>(definition: {
  readonly name: string;
  readonly description: string;
  readonly input: Schema;
  run(input: z.output<Schema>, context: Context, signal?: AbortSignal): Promise<ToolOutput>;
}): Tool<Context> {
  const { $schema: _, ...inputSchema } = z.toJSONSchema(definition.input, { io: 'input' });
  return {
    spec: { name: definition.name, description: definition.description, input_schema: inputSchema },
    async call(raw, context, signal) {
      const parsed = definition.input.safeParse(raw);
      if (!parsed.success)
        return complained(`Wrong input for ${definition.name}: ${z.prettifyError(parsed.error)}\nCall it again, corrected.`);
      return definition.run(parsed.data, context, signal);
    },
  };
}
