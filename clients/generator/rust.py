"""The description as Rust: methods of the client, as rustfmt writes them."""

from __future__ import annotations

from .python import guard, wrapped
from .schema import Api, Field, Operation

HEAD = "//! {about}\n//!\n//! Written by `clients/generate.py` from the description of the API: change that.\n\n"
WIDTH = 100
# Answers with a type of their own in `types.rs`; all others are JSON as it comes.
TYPED = {"Answer", "Outcome", "Session", "User"}
KEYWORDS = {"as", "type", "ref", "match", "move", "use", "where", "self", "in", "loop", "mod", "fn"}
# The files, by how a path begins, and what is in each.
PARTS = (
    ("admin", "/api/v1/admin/", "What administrators do."),
    ("own", "/api/v1/me", "What people do with their own account."),
    ("doors", "/", "Signing in and up, questions, and what is there for everybody."),
)


def operations(api: Api) -> dict[str, str]:
    """The text of each file, by its name."""
    parts: dict[str, list[Operation]] = {name: [] for name, *_ in PARTS}
    for operation in api.operations:
        parts[next(name for name, start, _ in PARTS if operation.path.startswith(start))].append(operation)
    return {name: part(about, parts[name]) for name, _, about in PARTS}


def part(about: str, found: list[Operation]) -> str:
    kinds = {"Call", *(kind(operation).split("<")[0] for operation in found)}
    typed = sorted({name for o in found if (name := typed_name(o)) != "Value"})
    out = [HEAD.format(about=about)]
    out.append("use http::Method;\n")
    if any(has_body(operation) for operation in found):
        out.append("use serde::Serialize;\n")
    values = [name for name, used in (("Value", any("Json<Value>" in kind(o) for o in found)), ("json", any(o.body == [] for o in found))) if used]
    if values:
        out.append(f"use serde_json::{braced(values)};\n")
    out.append(f"\nuse crate::Client;\nuse crate::call::{braced(sorted(kinds))};\n")
    if typed:
        out.append(f"use crate::types::{braced(typed)};\n")
    out.append("\nimpl Client {\n" + "\n".join(method(operation) for operation in found) + "}\n")
    return "".join(out)


def braced(names: list[str]) -> str:
    # rustfmt has types before functions and macros.
    names = sorted(names, key=lambda name: (name[0].islower(), name))
    return names[0] if len(names) == 1 else "{" + ", ".join(names) + "}"


def typed_name(operation: Operation) -> str:
    reply = operation.reply
    return reply.name if reply and reply.kind == "object" and reply.name in TYPED and not reply.nullable else "Value"


def kind(operation: Operation) -> str:
    plain = {"nothing": "Nothing", "bytes": "Raw", "events": "Stream"}
    return plain.get(operation.gives) or f"Json<{typed_name(operation)}>"


def has_body(operation: Operation) -> bool:
    return bool(operation.body)


def name_of(field: Field) -> str:
    return field.name + "_" if field.name in KEYWORDS else field.name


def needed(operation: Operation) -> list[Field]:
    """What must be in the query."""
    return [field for field in operation.query if field.required]


def method(operation: Operation) -> str:
    arguments = ["&self"] + [f"{name_of(field)}: &str" for field in [*operation.parameters, *needed(operation)]]
    if has_body(operation):
        arguments.append("body: impl Serialize")
    gives = f"Call<'_, {kind(operation)}>"
    lines = [f"    /// {line}".rstrip() for line in about(operation)]
    head = f"    pub fn {operation.id}({', '.join(arguments)}) -> {gives} {{"
    if len(head) <= WIDTH:
        lines.append(head)
    else:
        lines.append(f"    pub fn {operation.id}(")
        lines.extend(f"        {argument}," for argument in arguments)
        lines.append(f"    ) -> {gives} {{")
    return "\n".join([*lines, *call(operation), "    }"]) + "\n"


def about(operation: Operation) -> list[str]:
    text = f"`{operation.method} {operation.path}`, for {guard(operation.guard)}."
    lines = [f"{operation.summary}.", "", *wrapped(text)]
    for what, fields in (("Body", operation.body or []), ("Query", operation.query)):
        if fields:
            must = [f"`{field.name}`" for field in fields if field.required]
            may = [f"`{field.name}`" for field in fields if not field.required]
            said = [", ".join(must)] if must else []
            said += ["perhaps " + ", ".join(may)] if may else []
            lines += ["", *wrapped(f"{what}: {'; '.join(said)}.")]
    return lines


def call(operation: Operation) -> list[str]:
    filled = ", ".join(name_of(field) for field in operation.parameters)
    links = [f'self.call(Method::{operation.method}, "{operation.path}", &[{filled}])']
    if operation.query:
        links.append(f'.takes("{" ".join(field.name for field in operation.query)}")')
    links.extend(f'.query("{field.name}", {name_of(field)})' for field in needed(operation))
    if operation.body is not None:
        links.append(".body(body)" if operation.body else ".body(json!({}))")
    if operation.safe and operation.method != "GET":
        links.append(".safe()")
    line = "        " + "".join(links)
    if len(line) <= WIDTH:
        return [line]
    return [f"        {links[0]}", *(f"            {link}" for link in links[1:])]


def calls(api: Api) -> str:
    """Every method called once, for the test that holds it against the description."""
    out = [HEAD.format(about="Every method of the client, called once."), "use super::operations::every;\n\nevery! {\n"]
    for operation in api.operations:
        fields = [*operation.parameters, *needed(operation)]
        arguments = [f'"{{{field.name}}}"' for field in fields]
        arguments += ["[\"body\"]"] if has_body(operation) else []
        out.append(f"    {operation.id}({', '.join(arguments)});\n")
    out.append("}\n")
    return "".join(out)
