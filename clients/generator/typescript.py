"""The description as TypeScript."""

from __future__ import annotations

from .python import guard
from .schema import Api, Field, Named, Operation, Type, camel, pascal

HEAD = "// {about}\n//\n// Written by clients/generate.py from the description of the API: change that.\n\n"
SIMPLE = {"any": "unknown", "string": "string", "integer": "number", "number": "number", "boolean": "boolean"}


def hint(made: Type, prefix: str = "") -> str:
    if made.kind in SIMPLE:
        text = SIMPLE[made.kind]
    elif made.kind == "literal":
        text = " | ".join(f'"{value}"' for value in made.values)
    elif made.kind == "array":
        assert made.of
        inner = hint(made.of, prefix)
        text = f"({inner})[]" if "|" in inner else f"{inner}[]"
    elif made.kind == "map":
        assert made.of
        text = f"Record<string, {hint(made.of, prefix)}>"
    else:
        text = prefix + made.name
    return f"{text} | null" if made.nullable and text != "unknown" else text


def types(api: Api) -> str:
    out = [HEAD.format(about="What the API takes and gives.")]
    codes = "".join(f'\n  | "{code}"' for code in api.codes)
    out.append(f"/** What a problem can be; new releases of the server may add some. */\nexport type Code ={codes};\n")
    for named in api.types:
        out.append("\n" + interface(named.name, named.about, named.fields))
    for operation in api.operations:
        fields = [*(operation.body or []), *operation.query]
        if fields:
            about = f"What `{operation.id}` takes."
            out.append("\n" + interface(pascal(operation.id) + "Input", about, fields))
    return "".join(out)


def interface(name: str, about: str, fields: list[Field]) -> str:
    lines = [f"/** {about or 'See the API.'} */", f"export interface {name} {{"]
    for field in fields:
        if field.about:
            lines.append(f"  /** {field.about} */")
        mark = "" if field.required else "?"
        lines.append(f"  {field.name}{mark}: {hint(field.type)};")
    return "\n".join(lines) + "\n}\n"


def operations(api: Api) -> str:
    out = [HEAD.format(about="A method for each operation of the API, named as `operationId` names it.")]
    out.append('import type { Call, Options, ServerEvent } from "./call.js";\n')
    out.append('import { segment } from "./call.js";\n')
    out.append('import type * as types from "./types.js";\n\n')
    out.append("/** Every operation of the API. */\nexport abstract class Operations {\n")
    out.append("  protected abstract json<T>(call: Call): Promise<T>;\n")
    out.append("  protected abstract bytes(call: Call): Promise<Uint8Array>;\n")
    out.append("  protected abstract events(call: Call): AsyncGenerator<ServerEvent, void, void>;\n")
    for operation in api.operations:
        out.append("\n" + method(operation))
    out.append("}\n")
    return "".join(out)


def method(operation: Operation) -> str:
    fields = [*(operation.body or []), *operation.query]
    arguments = [f"{f.name}: string" for f in operation.parameters]
    if fields:
        optional = not any(field.required for field in fields)
        default = " = {}" if optional else ""
        arguments.append(f"input: types.{pascal(operation.id)}Input{default}")
    arguments.append("options: Options = {}")
    reply = {"nothing": "void", "bytes": "Uint8Array", "events": ""}.get(operation.gives)
    if reply is None:
        assert operation.reply
        reply = hint(operation.reply, "types.")
    gives = "AsyncGenerator<ServerEvent, void, void>" if operation.gives == "events" else f"Promise<{reply}>"
    path = operation.path
    for field in operation.parameters:
        path = path.replace("{" + field.name + "}", "${segment(" + field.name + ")}")
    quote = "`" if operation.parameters else '"'
    parts = [f'method: "{operation.method}"', f"path: {quote}{path}{quote}"]
    body, query = operation.body is not None, bool(operation.query)
    if query and body:
        names = ", ".join(f"{f.name}: input.{f.name}" for f in operation.query)
        parts.append(f"query: {{ {names} }}")
        names = ", ".join(f"{f.name}: input.{f.name}" for f in operation.body or [])
        parts.append(f"body: {{ {names} }}")
    elif query:
        parts.append("query: { ...input }")
    elif body:
        parts.append("body: input" if fields else "body: {}")
    parts.append(f"safe: {'true' if operation.safe else 'false'}")
    parts.append("options")
    call = {"nothing": "json<void>", "json": f"json<{reply}>"}.get(operation.gives, operation.gives)
    lines = [
        f"  /** {operation.summary}: `{operation.method} {operation.path}`, for {guard(operation.guard)}. */",
        f"  {camel(operation.id)}({', '.join(arguments)}): {gives} {{",
        f"    return this.{call}({{ {', '.join(parts)} }});",
        "  }",
    ]
    return "\n".join(lines) + "\n"


__all__ = ["types", "operations", "Named"]
