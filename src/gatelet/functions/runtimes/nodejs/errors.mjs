// Errors as Lambda's Node.js runtime words them (lambda-execution section 2).

/** An error of the runtime's own: its name is its type. */
export function fault(name, message) {
  const error = new Error(message);
  error.name = name;
  return error;
}

function isError(value) {
  return value instanceof Error || (value !== null && typeof value === "object" && "name" in value && "stack" in value);
}

/** What is posted: `{ errorType, errorMessage, trace }`. */
export function describe(value) {
  if (!isError(value)) return { errorType: typeof value, errorMessage: String(value), trace: [] };
  return { errorType: value.name, errorMessage: value.message, trace: lines(value) };
}

/** What is logged: the error's own members in addition, `stack` for `trace`. */
export function inFull(value) {
  if (!isError(value)) return { errorType: typeof value, errorMessage: String(value), stack: [] };
  const own = Object.fromEntries(Object.entries(value).filter(([name]) => name !== "name"));
  return { errorType: value.name, errorMessage: value.message, ...own, stack: lines(value) };
}

/** The value of the header that names the type. */
export function typeOf(value) {
  return isError(value) ? String(value.name) : typeof value;
}

const HERE = new URL(".", import.meta.url).href;
const TASK = process.env.LAMBDA_TASK_ROOT ?? "/var/task";

/** The stack, with the paths that a function has on AWS. */
function lines(error) {
  const stack = String(error.stack ?? "").replaceAll(HERE, "file:///var/runtime/");
  return (TASK === "/var/task" ? stack : stack.replaceAll(TASK, "/var/task")).split("\n");
}

/** JSON that never fails. */
export function safely(value) {
  try {
    return JSON.stringify(value) ?? "null";
  } catch {
    return JSON.stringify(String(value));
  }
}
