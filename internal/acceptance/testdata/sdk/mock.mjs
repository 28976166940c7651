// Uses a mock through epilot's SDK as an application would, and checks what the
// mock keeps. It prints the number of steps and of APIs.
import { total } from './helper.mjs';

// One after the other: each counts what the mock has.
for (const part of ['collections', 'entities', 'actions', 'meaning']) await import(`./${part}.mjs`);
console.log(total());
