// The Runtime API as a client sees it (lambda-execution section 3).
import http from "node:http";

const PREFIX = "/2018-06-01/runtime";

export class RuntimeClient {
  #agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  #host;
  #port;

  constructor(address) {
    const colon = address.lastIndexOf(":");
    this.#host = address.slice(0, colon);
    this.#port = Number(address.slice(colon + 1));
  }

  /** The next event: `{ headers, body }`, the body a text. */
  async next() {
    const answer = await this.#ask("GET", "/invocation/next");
    if (answer.status !== 200) throw new Error(`the Runtime API answered ${answer.status}: ${answer.body}`);
    return answer;
  }

  /** The response of an event: a JSON text. */
  async respond(requestId, text) {
    await this.#ask("POST", `/invocation/${requestId}/response`, text, { "Content-Type": "application/json" });
  }

  async invocationError(requestId, fault, type) {
    await this.#error(`/invocation/${requestId}/error`, fault, type);
  }

  async initError(fault, type) {
    await this.#error("/init/error", fault, type);
  }

  /** Begin to stream a response: the request to write to. `ended` is told that the Runtime API has taken it all. */
  stream(requestId, contentType, ended) {
    const request = http.request({
      host: this.#host,
      port: this.#port,
      method: "POST",
      path: `${PREFIX}/invocation/${requestId}/response`,
      agent: this.#agent,
      headers: {
        "Content-Type": contentType,
        "Lambda-Runtime-Function-Response-Mode": "streaming",
        "Transfer-Encoding": "chunked",
        Trailer: "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body",
      },
    });
    request.on("response", (answer) => {
      answer.resume();
      answer.on("end", () => ended());
    });
    request.on("error", (error) => ended(error));
    return request;
  }

  #error(path, fault, type) {
    return this.#ask("POST", path, JSON.stringify(fault), {
      "Content-Type": "application/json",
      "Lambda-Runtime-Function-Error-Type": type.replace(/[^\x20-\x7e]/g, "?"),
    });
  }

  #ask(method, path, text, headers = {}) {
    return new Promise((resolve, reject) => {
      const body = text === undefined ? undefined : Buffer.from(text);
      if (body) headers["Content-Length"] = body.length;
      const address = { host: this.#host, port: this.#port, agent: this.#agent };
      const request = http.request({ ...address, method, path: PREFIX + path, headers }, (answer) => {
        const parts = [];
        answer.on("data", (part) => parts.push(part));
        answer.on("error", reject);
        answer.on("end", () =>
          resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts).toString("utf8") }),
        );
      });
      request.on("error", reject);
      request.end(body);
    });
  }
}
