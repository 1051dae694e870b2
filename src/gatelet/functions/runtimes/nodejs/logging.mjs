// console.* as log events: `time TAB request id TAB level TAB message`, or JSON (lambda-execution section 8).
import fs from "node:fs";
import { format, formatWithOptions } from "node:util";

import { inFull, safely } from "./errors.mjs";

const TEXT = 0xa55a0003;
const JSON_LINES = 0xa55a0002;
const LEVELS = { TRACE: 0, DEBUG: 1, INFO: 2, WARN: 3, ERROR: 4, FATAL: 5 };
const METHODS = { trace: "TRACE", debug: "DEBUG", log: "INFO", info: "INFO", warn: "WARN", error: "ERROR", fatal: "FATAL" };

const asJson = process.env.AWS_LAMBDA_LOG_FORMAT === "JSON";
const least = asJson ? (LEVELS[process.env.AWS_LAMBDA_LOG_LEVEL] ?? LEVELS.INFO) : LEVELS.TRACE;
const descriptor = Number(process.env._LAMBDA_TELEMETRY_LOG_FD ?? "") || undefined;
delete process.env._LAMBDA_TELEMETRY_LOG_FD;

let requestId;

export function setRequestId(id) {
  requestId = id;
}

export function installConsole() {
  for (const [method, level] of Object.entries(METHODS)) {
    console[method] = (...values) => {
      if (LEVELS[level] >= least) write(asJson ? jsonLine(level, values) : textLine(level, format(...values)));
    };
  }
}

/** An error that the runtime reports. */
export function logFault(label, error) {
  write(asJson ? jsonLine("ERROR", [error]) : textLine("ERROR", `${label} \t${safely(inFull(error))}`));
}

function textLine(level, message) {
  return `${new Date().toISOString()}\t${requestId}\t${level}\t${message}`;
}

function jsonLine(level, values) {
  const line = { timestamp: new Date().toISOString(), level, requestId };
  const error = values.find((value) => value instanceof Error);
  if (values.length === 1 && error === undefined) {
    line.message = values[0];
  } else {
    line.message = error !== undefined && values.length === 1 ? { ...inFull(error), stackTrace: undefined } : text(values);
  }
  if (error !== undefined) {
    Object.assign(line, { errorType: error.name, errorMessage: error.message, stackTrace: inFull(error).stack });
    if (values.length === 1) line.message = error.message;
  }
  return safely(line);
}

function text(values) {
  return formatWithOptions({ depth: 4 }, ...values);
}

function write(line) {
  if (descriptor === undefined) {
    fs.writeSync(1, `${line.replaceAll("\n", "\r")}\n`);
    return;
  }
  const body = Buffer.from(`${line}\n`);
  const frame = Buffer.alloc(16 + body.length);
  frame.writeUInt32BE(asJson ? JSON_LINES : TEXT, 0);
  frame.writeUInt32BE(body.length, 4);
  frame.writeBigInt64BE(BigInt(Date.now()) * 1000n, 8);
  body.copy(frame, 16);
  for (let sent = 0; sent < frame.length; ) sent += fs.writeSync(descriptor, frame, sent);
}
