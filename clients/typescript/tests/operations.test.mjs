// Every operation of the API is a method, and asks for exactly what it says.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Keyward } from "../dist/index.js";
import { Operations } from "../dist/operations.js";

const path = new URL("../../../crates/keyward/tests/it/golden/openapi.json", import.meta.url);
const described = JSON.parse(readFileSync(path, "utf8"));
const camel = (text) => text.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
const operations = Object.entries(described.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
);

function answer(request) {
  const isStream = request.headers.accept === "text/event-stream";
  return isStream ? new Response("event: open\ndata: 1\n\n") : new Response("{}");
}

for (const { path, method, operation } of operations) {
  test(`${operation.operationId} asks for exactly that`, async () => {
    const seen = [];
    const fetch = async (url, init) => {
      seen.push({ url, ...init });
      return answer(init);
    };
    const keyward = new Keyward("http://localhost:1", { fetch });
    const named = { path: {}, query: {} };
    for (const { in: place, name, example } of operation.parameters) named[place][name] = example;
    const order = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const body = operation.requestBody?.content["application/json"].example;
    const input = { ...named.query, ...body };
    const takes = body !== undefined && Object.keys(body).length > 0 || Object.keys(named.query).length > 0;
    const given = [...order.map((name) => named.path[name]), ...(takes ? [input] : [])];
    const result = keyward[camel(operation.operationId)](...given);
    if (typeof result.next === "function") {
      assert.deepEqual((await result.next()).value, { name: "open", data: "1" });
    } else await result;
    assert.equal(seen.length, 1);
    const [request] = seen;
    const [where, query = ""] = request.url.split("?");
    const wanted = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(named.path[name]));
    assert.equal(`${request.method} ${where}`, `${method} http://localhost:1${wanted}`);
    const texts = Object.entries(named.query).map(([name, value]) => [name, String(value)]);
    assert.deepEqual(Object.fromEntries(new URLSearchParams(query)), Object.fromEntries(texts));
    assert.deepEqual(request.body && JSON.parse(request.body), body);
  });
}

test("there is no method for what the API does not have", () => {
  const made = Object.getOwnPropertyNames(Operations.prototype).filter((name) => name !== "constructor");
  assert.deepEqual(made.sort(), operations.map(({ operation }) => camel(operation.operationId)).sort());
});
