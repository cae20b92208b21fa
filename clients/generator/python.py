"""The description as Python."""

from __future__ import annotations

import keyword

from .schema import Api, Field, Named, Operation, Type

HEAD = '"""{about}\n\nWritten by clients/generate.py from the description of the API: change that.\n"""\n\n'
SIMPLE = {"any": "Any", "string": "str", "integer": "int", "number": "float", "boolean": "bool"}


def hint(made: Type, prefix: str = "") -> str:
    if made.kind in SIMPLE:
        text = SIMPLE[made.kind]
    elif made.kind == "literal":
        text = "Literal[" + ", ".join(f'"{value}"' for value in made.values) + "]"
    elif made.kind == "array":
        assert made.of
        text = f"list[{hint(made.of, prefix)}]"
    elif made.kind == "map":
        assert made.of
        text = f"dict[str, {hint(made.of, prefix)}]"
    else:
        text = prefix + made.name
    return f"{text} | None" if made.nullable and text != "Any" else text


def types(api: Api) -> str:
    out = [HEAD.format(about="What the API takes and gives.")]
    out.append("from __future__ import annotations\n\n")
    out.append("from typing import Any, Literal, NotRequired, TypedDict\n\n")
    codes = "".join(f'    "{code}",\n' for code in api.codes)
    out.append(f"# What a problem can be; new releases of the server may add some.\nCode = Literal[\n{codes}]\n")
    for named in api.types:
        out.append("\n\n" + typed_dict(named))
    return "".join(out)


def typed_dict(named: Named) -> str:
    if any(not field.name.isidentifier() or keyword.iskeyword(field.name) for field in named.fields):
        return functional(named)
    lines = [f"class {named.name}(TypedDict):"]
    lines.append(f'    """{sentence(named.about) or "See the API."}"""')
    for field in named.fields:
        text = hint(field.type)
        text = text if field.required else f"NotRequired[{text}]"
        lines.append("")
        if field.about:
            lines.extend(f"    # {line}" for line in wrapped(field.about))
        lines.append(f"    {field.name}: {text}")
    return "\n".join(lines) + "\n"


def functional(named: Named) -> str:
    """For names that a class cannot have, such as `from`."""
    lines = [f"# {sentence(named.about) or 'See the API.'}", f'{named.name} = TypedDict(', f'    "{named.name}",', "    {"]
    for field in named.fields:
        text = hint(field.type)
        text = text if field.required else f"NotRequired[{text}]"
        lines.append(f"        \"{field.name}\": '{text}',")
    return "\n".join([*lines, "    },", ")"]) + "\n"


def sentence(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', "'")


def wrapped(text: str, width: int = 90) -> list[str]:
    lines, line = [], ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = ""
        line = f"{line} {word}" if line else word
    return [*lines, line]


def operations(api: Api) -> str:
    out = [HEAD.format(about="A method for each operation of the API, named as `operationId` names it.")]
    out.append("from __future__ import annotations\n\n")
    out.append("from collections.abc import AsyncIterator, Iterator\n")
    out.append("from typing import Any, Literal, cast\n\n")
    out.append("from . import types\nfrom ._call import UNSET, Call, Event, Unset, given, segment\n")
    for asynchronous in (False, True):
        name = "AsyncOperations" if asynchronous else "Operations"
        out.append(f'\n\nclass {name}:\n    """Every operation of the API."""\n\n')
        out.append(transport(asynchronous))
        for operation in api.operations:
            out.append("\n" + method(operation, asynchronous))
    return "".join(out)


def transport(asynchronous: bool) -> str:
    prefix = "async " if asynchronous else ""
    stream = "AsyncIterator" if asynchronous else "Iterator"
    return (
        f"    {prefix}def _json(self, call: Call) -> Any:\n        raise NotImplementedError\n\n"
        f"    {prefix}def _bytes(self, call: Call) -> bytes:\n        raise NotImplementedError\n\n"
        f"    def _events(self, call: Call) -> {stream}[Event]:\n        raise NotImplementedError\n"
    )


def method(operation: Operation, asynchronous: bool) -> str:
    seen: set[str] = {"self"}
    names: dict[int, str] = {}
    for field in [*operation.parameters, *(operation.body or []), *operation.query]:
        name = field.name
        while keyword.iskeyword(name) or name in seen:
            name += "_"
        seen.add(name)
        names[id(field)] = name
    keywords = [*(operation.body or []), *operation.query]
    keywords.sort(key=lambda field: not field.required)
    arguments = ["self"] + [f"{names[id(f)]}: {hint(f.type)}" for f in operation.parameters]
    versioned = operation.method in ("PUT", "PATCH", "DELETE")
    if keywords or versioned:
        arguments.append("*")
    for field in keywords:
        text = hint(field.type, "types.")
        arguments.append(f"{names[id(field)]}: {text}" if field.required else f"{names[id(field)]}: {text} | Unset = UNSET")
    if versioned:
        arguments.append("if_match: str | int | None = None")
    reply = {"nothing": "None", "bytes": "bytes"}.get(operation.gives, "")
    if operation.gives == "json":
        assert operation.reply
        reply = hint(operation.reply, "types.")
    if operation.gives == "events":
        reply = ("AsyncIterator" if asynchronous else "Iterator") + "[Event]"
    coroutine = asynchronous and operation.gives != "events"
    lines = [f"    {'async ' if coroutine else ''}def {operation.id}("]
    lines.extend(f"        {argument}," for argument in arguments)
    lines.append(f"    ) -> {reply}:")
    lines.append(f'        """{operation.summary}.\n')
    lines.append(f'        `{operation.method} {operation.path}`, for {guard(operation.guard)}.\n        """')
    lines.extend(call(operation, names, versioned))
    wait = "await " if coroutine else ""
    if operation.gives == "nothing":
        lines.append(f"        {wait}self._json(call)")
    elif operation.gives == "json":
        lines.append(f'        return cast("{reply}", {wait}self._json(call))')
    else:
        lines.append(f"        return {wait}self._{operation.gives}(call)")
    return "\n".join(lines) + "\n"


def guard(text: str) -> str:
    plain = {"Anyone": "anybody", "SignedIn": "whoever is signed in", "Known": "whoever is signed in or has a key"}
    if text.startswith("Holding("):
        return f"whoever holds `{text[9:-2]}`"
    return plain.get(text, "whoever is signed in, perhaps without a second factor")


def call(operation: Operation, names: dict[int, str], versioned: bool) -> list[str]:
    path = operation.path
    for field in operation.parameters:
        path = path.replace("{" + field.name + "}", "{segment(" + names[id(field)] + ")}")
    mark = "f" if operation.parameters else ""
    lines = ["        call = Call(", f'            "{operation.method}",', f'            {mark}"{path}",']
    for what, fields in (("query", operation.query), ("body", operation.body)):
        if fields or (what == "body" and fields is not None):
            pairs = ", ".join(f'"{field.name}": {names[id(field)]}' for field in fields)
            lines.append(f"            {what}=given({{{pairs}}}),")
    if versioned:
        lines.append("            if_match=if_match,")
    if operation.safe:
        lines.append("            safe=True,")
    lines.append("        )")
    return lines
