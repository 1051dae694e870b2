// Finding the handler: `dir/file.name` or `dir/file.object.name` (lambda-execution section 6).
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { fault } from "./errors.mjs";
import { isStreaming, MAJOR } from "./streaming.mjs";

/** The function that the name means. Throws an error whose name is a type of the runtime, or what the module throws. */
export async function loadHandler(root, name) {
  if (name.includes("..")) {
    const text = `'${name}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`;
    throw fault("Runtime.MalformedHandlerName", text);
  }
  const base = path.basename(name);
  const directory = name.slice(0, name.length - base.length);
  const match = /^([^.]+)\.(.+)$/.exec(base);
  if (match === null) throw fault("Runtime.MalformedHandlerName", "Bad handler");
  const [, file, attribute] = match;
  const handler = attribute.split(".").reduce((value, part) => value?.[part], await loadModule(root, directory, file));
  if (handler === undefined) throw fault("Runtime.HandlerNotFound", `${name} is undefined or not exported`);
  if (typeof handler !== "function") throw fault("Runtime.HandlerNotFound", `${name} is not a function`);
  if (MAJOR >= 24 && handler.length >= 3 && !isStreaming(handler)) {
    const text =
      "AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. " +
      "You need to modify this function to use a supported handler signature to use Node.js 24 or later.";
    throw fault("Runtime.CallbackHandlerDeprecated", text);
  }
  return handler;
}

async function loadModule(root, directory, file) {
  const place = path.resolve(root, directory, file);
  const require = createRequire(path.join(root, "index.js"));
  try {
    if (isFile(place)) return require(place);
    if (isFile(`${place}.js`)) return isModule(path.dirname(place)) ? await load(`${place}.js`) : require(`${place}.js`);
    if (isFile(`${place}.mjs`)) return await load(`${place}.mjs`);
    if (isFile(`${place}.cjs`)) return require(`${place}.cjs`);
    const found = require.resolve(directory + file, { paths: [root, path.resolve(root, directory)] });
    return require(found);
  } catch (error) {
    if (error instanceof SyntaxError) throw renamed(error, "Runtime.UserCodeSyntaxError");
    if (error?.code === "MODULE_NOT_FOUND" || error?.code === "ERR_MODULE_NOT_FOUND") {
      throw renamed(error, "Runtime.ImportModuleError");
    }
    throw error;
  }
}

function renamed(error, name) {
  const text = `${error.name === "Error" ? "Error" : error.name}: ${error.message}`;
  const better = fault(name, text);
  better.stack = `${name}: ${error.stack ?? text}`;
  return better;
}

async function load(file) {
  return import(pathToFileURL(file).href);
}

function isFile(file) {
  return fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Whether the nearest package.json says that `.js` files are ES modules. */
function isModule(directory) {
  for (let at = directory; ; at = path.dirname(at)) {
    const file = path.join(at, "package.json");
    if (isFile(file)) {
      try {
        return JSON.parse(fs.readFileSync(file, "utf8")).type === "module";
      } catch {
        return false;
      }
    }
    if (at === path.dirname(at) || path.basename(at) === "node_modules") return false;
  }
}
