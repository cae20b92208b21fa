"""The description of the API, as the clients need it: operations and named types.

The description repeats a type wherever it occurs. Here types that look alike are
one, and have a name: one of `NAMES` by what the description says of it, else by the
property or the operation that has it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

# Names that people see, by the first line of the description.
NAMES = {
    "A captcha. Its token and its answer are sent with what it is for, as": "Captcha",
    "A flow that was begun.": "Begun",
    "A group that an account was put into.": "Membership",
    "A group with the roles that it gives.": "Group",
    "A key of an account, without the key.": "ApiKeyInfo",
    "A key, shown once.": "NewApiKey",
    "A member of a group.": "Member",
    "A message of the outbox, without its content.": "Message",
    "A numeric limit; both kinds are exclusive.": "NumericLimit",
    "A passkey of an account.": "Passkey",
    "A permission that an account holds directly.": "Grant",
    "A resource that somebody tells of. What the app knows of it goes before.": "Resource",
    "A role that an account was given.": "Assignment",
    "A role with its rules.": "Role",
    "A service that people may sign in at.": "Provider",
    "A session in a list.": "SessionInfo",
    "An access control list. The first entry that applies decides.": "AccessList",
    "An account with what it holds.": "UserDetail",
    "An account.": "User",
    "An answer to one question.": "Answer",
    "An entry of the audit log.": "AuditEntry",
    "An identifier.": "Identifier",
    "An invitation as it is seen.": "Invitation",
    "How many things changed.": "Changed",
    "Roles of which nobody may be given two.": "ExclusiveRoles",
    "The body of `GET /session`.": "Session",
    "What a client must know to show the right forms.": "Config",
    "What an attempt led to; what is absent does not apply.": "Outcome",
    "What somebody may do.": "Permissions",
    "Who has which relation with what.": "Relation",
}

# Questions that are asked by POST: they change nothing, so asking twice is safe.
QUESTIONS = {
    "/api/v1/admin/matrix/review",
    "/api/v1/admin/policy/check",
    "/api/v1/can",
    "/api/v1/can/batch",
    "/api/v1/can/explain",
    "/api/v1/password/check",
}


@dataclass(frozen=True)
class Field:
    """A property of an object, or a parameter."""

    name: str
    type: "Type"
    required: bool
    about: str


@dataclass(frozen=True)
class Type:
    """`kind` is any, string, integer, number, boolean, object (named), map, array, or
    literal; `of` is what an array or a map holds."""

    kind: str
    nullable: bool = False
    name: str = ""
    of: "Type | None" = None
    values: tuple[str, ...] = ()


@dataclass
class Named:
    """An object with properties."""

    name: str
    about: str
    fields: list[Field]


@dataclass
class Operation:
    """A method of the clients."""

    id: str
    summary: str
    method: str
    path: str
    guard: str
    parameters: list[Field]
    query: list[Field]
    body: list[Field] | None
    reply: Type | None
    # nothing, json, bytes or events
    gives: str
    safe: bool


@dataclass
class Api:
    operations: list[Operation]
    types: list[Named]
    codes: list[str]
    problem: Type


@dataclass
class Names:
    """Gives each shape one name."""

    by_shape: dict[str, Named] = field(default_factory=dict)
    taken: dict[str, str] = field(default_factory=dict)

    def named(self, schema: dict[str, Any], hint: str, outer: str) -> str:
        shape = json.dumps(bare(schema), sort_keys=True)
        if shape in self.by_shape:
            return self.by_shape[shape].name
        about = schema.get("description", "")
        name = NAMES.get(about.split("\n")[0], hint)
        if name in self.taken:
            name = outer + name
        if name in self.taken:
            raise SystemExit(f"two types would be called {name}")
        self.taken[name] = shape
        made = Named(name, " ".join(about.split()), [])
        self.by_shape[shape] = made
        made.fields = self.fields(schema, name)
        return name

    def fields(self, schema: dict[str, Any], outer: str) -> list[Field]:
        required = set(schema.get("required", []))
        return [
            Field(
                name,
                self.type(inner, pascal(singular(name, inner)), outer),
                name in required,
                " ".join(inner.get("description", "").split()) if isinstance(inner, dict) else "",
            )
            for name, inner in schema.get("properties", {}).items()
        ]

    def type(self, schema: Any, hint: str, outer: str) -> Type:
        if not isinstance(schema, dict):
            return Type("any")
        variants = schema.get("oneOf") or schema.get("anyOf")
        if variants:
            return self.variant(variants, hint, outer)
        kinds = schema.get("type", [])
        kinds = [kinds] if isinstance(kinds, str) else list(kinds)
        nullable = "null" in kinds
        kinds = [kind for kind in kinds if kind != "null"]
        if len(kinds) != 1:
            return Type("any")
        (kind,) = kinds
        if "enum" in schema:
            return Type("literal", nullable, values=tuple(schema["enum"]))
        if "const" in schema:
            return Type("literal", nullable, values=(schema["const"],))
        if kind == "array":
            return Type("array", nullable, of=self.type(schema.get("items"), hint, outer))
        if kind != "object":
            return Type(kind, nullable)
        if schema.get("properties"):
            return Type("object", nullable, name=self.named(schema, hint, outer))
        more = schema.get("additionalProperties")
        return Type("map", nullable, of=self.type(more, hint, outer))

    def variant(self, variants: list[Any], hint: str, outer: str) -> Type:
        nullable = any(v.get("type") == "null" for v in variants)
        found = [self.type(v, hint, outer) for v in variants if v.get("type") != "null"]
        if all(v.kind == "literal" for v in found):
            return Type("literal", nullable, values=tuple(x for v in found for x in v.values))
        if len(found) == 1:
            return Type(**{**found[0].__dict__, "nullable": nullable or found[0].nullable})
        return Type("any")


def bare(schema: Any) -> Any:
    """The shape alone: without words, examples and whether it may be null."""
    if isinstance(schema, list):
        return [bare(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {k: v for k, v in schema.items() if k not in ("description", "example", "examples", "default", "additionalProperties")}
    if isinstance(kept.get("type"), list):
        kinds = [kind for kind in kept["type"] if kind != "null"]
        kept["type"] = kinds[0] if len(kinds) == 1 else kinds
    out = {}
    for key, value in kept.items():
        out[key] = {k: whole(v) for k, v in value.items()} if key == "properties" else bare(value)
    return out


def whole(schema: Any) -> Any:
    """Inside of a shape, whether it may be null counts; words do not."""
    if isinstance(schema, list):
        return [whole(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    dropped = ("description", "example", "examples", "default")
    out = {}
    for key, value in schema.items():
        if key == "properties":
            out[key] = {k: whole(v) for k, v in value.items()}
        elif key not in dropped:
            out[key] = whole(value)
    return out


def pascal(text: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in text.replace("-", "_").split("_") if part)


def camel(text: str) -> str:
    made = pascal(text)
    return made[:1].lower() + made[1:]


def singular(name: str, schema: Any) -> str:
    is_list = isinstance(schema, dict) and "items" in schema
    return name[:-1] if is_list and name.endswith("s") else name


def read(document: dict[str, Any]) -> Api:
    names = Names()
    operations = [
        operation(names, path, method, described)
        for path, methods in document["paths"].items()
        for method, described in methods.items()
    ]
    problem = document["components"]["schemas"]["Problem"]
    made = names.type({**problem, "description": "A problem (RFC 9457)."}, "Problem", "")
    codes = problem["properties"]["code"]["enum"]
    types = sorted(names.by_shape.values(), key=lambda named: named.name)
    return Api(operations, types, codes, made)


def operation(names: Names, path: str, method: str, described: dict[str, Any]) -> Operation:
    identity = described["operationId"]
    given = described["parameters"]
    outer = pascal(identity)
    fields = {place: [parameter(names, p, outer) for p in given if p["in"] == place] for place in ("path", "query")}
    order = {name: path.index("{" + name + "}") for name in (f.name for f in fields["path"])}
    fields["path"].sort(key=lambda f: order[f.name])
    content = described["responses"]["2XX"].get("content", {})
    reply, gives = None, "nothing"
    if content:
        reply = names.type(content["application/json"]["schema"], outer + "Reply", outer)
        gives = "json"
    elif method == "get":
        gives = "events" if path.endswith("/events") else "bytes"
    body = None
    if "requestBody" in described:
        body = names.fields(described["requestBody"]["content"]["application/json"]["schema"], outer)
    safe = method == "get" or path in QUESTIONS
    guard = described.get("x-guard", "")
    return Operation(
        identity, described["summary"], method.upper(), path, guard, fields["path"], fields["query"], body, reply, gives, safe
    )


def parameter(names: Names, described: dict[str, Any], outer: str) -> Field:
    name = described["name"]
    made = names.type(described["schema"], pascal(name), outer)
    about = described["schema"].get("description", "")
    return Field(name, made, bool(described.get("required")), " ".join(about.split()))
