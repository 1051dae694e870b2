// Gatelet's runtime for Node.js: loads the handler, then asks the Runtime API for one event after another.
// Standard library only. Reference: lambda-execution sections 2, 3, 5, 6 and 8.
import { RuntimeClient } from "./client.mjs";
import { describe, typeOf } from "./errors.mjs";
import { Invoker } from "./invoke.mjs";
import { loadHandler } from "./loading.mjs";
import { installConsole, logFault, setRequestId } from "./logging.mjs";
import { installStreaming } from "./streaming.mjs";

const UNCAUGHT = 129;
const UNHANDLED = 128;

installConsole();
installStreaming();

const client = new RuntimeClient(process.env.AWS_LAMBDA_RUNTIME_API);
const state = { requestId: undefined };

async function die(error, label, status) {
  try {
    logFault(label, error);
    if (state.requestId === undefined) await client.initError(describe(error), typeOf(error));
    else await client.invocationError(state.requestId, describe(error), typeOf(error));
  } finally {
    process.exit(status);
  }
}

process.on("uncaughtException", (error) => die(error, "Uncaught Exception", UNCAUGHT));
process.on("unhandledRejection", (reason) => {
  const error = new Error(String(reason));
  error.name = "Runtime.UnhandledPromiseRejection";
  error.reason = reason;
  if (reason?.stack) error.stack = reason.stack;
  die(error, "Unhandled Promise Rejection", UNHANDLED);
});

let handler;
try {
  handler = await loadHandler(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);
} catch (error) {
  await die(error, "Uncaught Exception", UNCAUGHT);
}

const invoker = new Invoker(client, handler);
for (;;) {
  const event = await client.next();
  state.requestId = event.headers["lambda-runtime-aws-request-id"];
  setRequestId(state.requestId);
  process.env._X_AMZN_TRACE_ID = event.headers["lambda-runtime-trace-id"] ?? "";
  await invoker.run(event);
}
