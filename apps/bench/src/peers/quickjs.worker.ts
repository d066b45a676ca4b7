import {
  getQuickJS,
  type QuickJSContext,
  type QuickJSHandle,
  shouldInterruptAfterDeadline,
} from 'quickjs-emscripten';

// One runtime is one heap. Handles carry no objects, so values cross as JSON, as they would have to with other inputs.
const source = `
  const guest = input => input;
  (json) => JSON.stringify(guest(JSON.parse(json)));
`;
const runtime = (await getQuickJS()).newRuntime();
runtime.setMemoryLimit(128 * 2 ** 20);

const giveTime = (): void => {
  runtime.setInterruptHandler(shouldInterruptAfterDeadline(Date.now() + 1_000));
};

const load = (context: QuickJSContext): QuickJSHandle =>
  context.unwrapResult(context.evalCode(source));

function call(context: QuickJSContext, guest: QuickJSHandle, input: unknown): unknown {
  using json = context.newString(JSON.stringify(input));
  using result = context.unwrapResult(context.callFunction(guest, context.undefined, json));
  return JSON.parse(context.getString(result));
}

giveTime();
const keptContext = runtime.newContext();
const keptGuest = load(keptContext);

/** Calls the function of a context that is kept. */
export function warm(input: unknown): unknown {
  giveTime();
  return call(keptContext, keptGuest, input);
}

/** Makes a context, compiles and calls. */
export function fresh(input: unknown): unknown {
  giveTime();
  using context = runtime.newContext();
  using guest = load(context);
  return call(context, guest, input);
}
