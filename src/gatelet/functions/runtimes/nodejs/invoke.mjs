// One event: the context, the handler in whichever style it is written, its answer.
import { describe, fault, typeOf } from "./errors.mjs";
import { logFault } from "./logging.mjs";
import { isStreaming, MAJOR, ResponseStream } from "./streaming.mjs";

export class Invoker {
  #client;
  #handler;

  constructor(client, handler) {
    this.#client = client;
    this.#handler = handler;
  }

  /** Resolves when the answer is posted. */
  async run(event) {
    const requestId = event.headers["lambda-runtime-aws-request-id"];
    let stream;
    try {
      const context = contextOf(event.headers);
      const input = JSON.parse(event.body);
      if (isStreaming(this.#handler)) {
        stream = new ResponseStream(this.#client, requestId);
        await this.#handler(input, stream, context);
        await stream.taken();
        return;
      }
      const result = MAJOR >= 24 ? await this.#handler(input, context) : await this.#withCallback(input, context);
      await this.#client.respond(requestId, toJson(result));
    } catch (error) {
      logFault("Invoke Error", error);
      if (stream?.begun) await stream.fail(describe(error), typeOf(error));
      else await this.#client.invocationError(requestId, describe(error), typeOf(error));
    }
  }

  /** Up to Node.js 22: a promise counts at once; a callback when the event loop is empty, unless the context says no. */
  #withCallback(input, context) {
    return new Promise((resolve, reject) => {
      let settle;
      const finish = (error, result) => {
        if (settle) return;
        settle = () => (error === null || error === undefined ? resolve(result) : reject(error));
        if (context.callbackWaitsForEmptyEventLoop) process.once("beforeExit", settle);
        else settle();
      };
      const at_once = (error, result) => {
        context.callbackWaitsForEmptyEventLoop = false;
        finish(error, result);
      };
      Object.assign(context, {
        done: finish,
        succeed: (result) => at_once(null, result),
        fail: (error) => at_once(error ?? "handled", undefined),
      });
      const returned = this.#handler(input, context, finish);
      if (typeof returned?.then === "function") returned.then(resolve, reject);
      else if (!settle) {
        // No callback yet: if nothing is left that could call it, the answer is null.
        const empty = () => (settle ? undefined : resolve(null));
        process.once("beforeExit", empty);
      }
    });
  }
}

function toJson(result) {
  try {
    return JSON.stringify(result === undefined ? null : result) ?? "null";
  } catch {
    throw fault("Runtime.MarshalError", "Unable to stringify response body");
  }
}

function contextOf(headers) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  const context = {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: parsed(headers["lambda-runtime-client-context"]),
    identity: parsed(headers["lambda-runtime-cognito-identity"]),
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
  if (MAJOR >= 24) delete context.callbackWaitsForEmptyEventLoop;
  return context;
}

function parsed(header) {
  // Header values come as Latin-1, what is in them is UTF-8.
  return header ? JSON.parse(Buffer.from(header, "latin1").toString("utf8")) : undefined;
}
