import { oneLine } from './notes.ts';

const RULES = `## Usage Rules (for LMs & CLIs)

1. **Never delete history.** Tick a task off; keep its text and its notes.
2. **A ticked box is checked work.** llmclis ticks a box when the task's checks prove it; a person may tick one too.
3. **Keep tasks small & actionable.** One task, one thing that a command can check (\`Verify\`).
4. **Say what comes first.** \`Depends on\` names the keys of tasks that must be done before.
`;

const EXAMPLE = `<!-- A task looks like this; every line below its first is optional.

- [ ] **S1.1 – Title in a few words**
  - **Description:** What is to be done.
  - **Acceptance:** How one can see that it is.
  - **Depends on:** S1.0
  - **Priority:** 2 (0 is most urgent, 4 least)
  - **Role:** coder
  - **Verify:** \`npm test\`
  - **Checklist:**
    - [ ] A step on the way
  - **Links:**
    - Research: \`research.md#rq-001--a-question\`
-->`;

/** The `plans.md` that a new project starts with: no task yet, and an example that shows how one is written. */
export function newPlanText(options: { readonly name: string; readonly owner?: string; readonly iso: string }): string {
  const { owner, iso } = options;
  return `# ${oneLine(options.name)} – Plans

> **Purpose:** This file is the *source of truth for planned work and progress*. People write tasks here; llmclis reads
> them, works on them, and keeps their boxes, dates and notes true.

---

## Metadata

- Created: \`${iso}\`
- Last Updated: \`${iso}\`
${owner === undefined ? '' : `- Primary Owner: \`${oneLine(owner)}\`\n`}- Last Editor (Agent / CLI): \`llmclis\`

---

${RULES}
---

## High-Level Roadmap

- [ ] **Stage 1 – First steps**

---

## Stage 1 – First steps

**Goal:** What should be true when this stage is done?

**Tasks:**

${EXAMPLE}

---

## Done / Completed Work Log

> Every finished task has a line here.

- *(Empty – to be populated as work completes)*
`;
}
