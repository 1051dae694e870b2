// The global `awslambda`: handlers that stream their response (lambda-execution section 3).
import { Writable } from "node:stream";

import { fault } from "./errors.mjs";

const MARK = Symbol.for("aws.lambda.runtime.handler.streaming");
const HTTP_TYPE = "application/vnd.awslambda.http-integration-response";
const SEPARATOR = Buffer.alloc(8);

/** The major version that the function's runtime names, whichever Node.js runs it. */
export const MAJOR = Number(/^nodejs(\d+)/.exec(process.env.GATELET_NODE_RUNTIME ?? "")?.[1] ?? 22);
delete process.env.GATELET_NODE_RUNTIME;

export function installStreaming() {
  globalThis.awslambda = {
    streamifyResponse(handler) {
      handler[MARK] = "response";
      return handler;
    },
    HttpResponseStream: {
      /** Status, headers and cookies go ahead of the first byte of the body. */
      from(stream, prelude) {
        stream.setContentType(HTTP_TYPE);
        stream.prelude = Buffer.concat([Buffer.from(JSON.stringify(prelude ?? {})), SEPARATOR]);
        return stream;
      },
    },
  };
}

export function isStreaming(handler) {
  return handler[MARK] === "response";
}

/** What a streaming handler writes to. The request begins with the first byte, or with the end. */
export class ResponseStream extends Writable {
  prelude;
  #client;
  #requestId;
  #contentType = "application/octet-stream";
  #request;
  #taken;
  #tell;

  constructor(client, requestId) {
    super({ highWaterMark: 65536 });
    this.#client = client;
    this.#requestId = requestId;
    this.#taken = new Promise((resolve, reject) => {
      this.#tell = (error) => (error ? reject(error) : resolve());
    });
    this.#taken.catch(() => {});
    this.on("error", (error) => this.#tell(error));
  }

  get begun() {
    return this.#request !== undefined;
  }

  setContentType(type) {
    if (this.begun) throw fault("Runtime.InvalidStreamingOperation", "Cannot set content-type, too late.");
    this.#contentType = type;
  }

  /** Resolves when the Runtime API has taken the whole response. */
  taken() {
    return this.#taken;
  }

  /** Ends a response that has begun with an error. */
  async fail(error, type) {
    this.#request.addTrailers({
      "Lambda-Runtime-Function-Error-Type": type,
      "Lambda-Runtime-Function-Error-Body": Buffer.from(JSON.stringify(error)).toString("base64"),
    });
    this.#request.end();
    await this.#taken.catch(() => {});
  }

  _write(chunk, encoding, done) {
    this.#begin();
    if (this.#request.write(chunk)) done();
    else this.#request.once("drain", () => done());
  }

  _final(done) {
    this.#begin();
    this.#request.end();
    done();
  }

  #begin() {
    if (this.begun) return;
    this.#request = this.#client.stream(this.#requestId, this.#contentType, this.#tell);
    if (this.prelude) this.#request.write(this.prelude);
  }
}
