//! The API's description, made from the route table.

mod example;
mod summary;

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::http::{Code, Guard, Method4, Route};
use crate::routes;

/// The OpenAPI 3.1 document of every route under `/api/v1`, but for those that proxies
/// ask: what these send and get is theirs, and `docs/forward-auth.md` says it.
pub fn document() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    let mut shapes =
        SchemaSettings::draft2020_12().with(|s| s.inline_subschemas = true).into_generator();
    for route in routes::all(false) {
        if !route.path.starts_with("/api/") || matches!(route.guard, Guard::Proxy) {
            continue;
        }
        let mut operation = json!({
            "operationId": operation_id(route.method.as_str(), route.path),
            "summary": summary::of(route.method.as_str(), route.path),
            "parameters": parameters(&route, &mut shapes),
            "security": security(route.guard),
            "x-guard": format!("{:?}", route.guard),
            "responses": {
                "2XX": success(&route, &mut shapes),
                "default": { "$ref": "#/components/responses/Problem" },
            },
        });
        if let (Some(takes), false) = (route.takes, is_asked_by_query(&route)) {
            let schema = takes(&mut shapes).to_value();
            if let Some(operation) = operation.as_object_mut() {
                operation.insert("requestBody".into(), body(&schema));
            }
        }
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        if let Some(path) = path.as_object_mut() {
            path.insert(route.method.as_str().to_lowercase(), operation);
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Keyward", "version": env!("CARGO_PKG_VERSION") },
        "paths": paths,
        "components": components(),
    })
}

fn operation_id(method: &str, path: &str) -> String {
    let parts = path.trim_start_matches("/api/v1/").split('/');
    let parts = parts.map(|p| p.trim_matches(['{', '}']).replace('-', "_"));
    format!("{}_{}", method.to_lowercase(), parts.collect::<Vec<_>>().join("_"))
}

/// What a success looks like; without a type it has no body.
fn success(route: &Route, shapes: &mut SchemaGenerator) -> Value {
    let Some(gives) = route.gives else { return json!({ "description": "Done." }) };
    let schema = gives(shapes).to_value();
    let example = example::of(&schema);
    json!({ "description": "Done.", "content": { "application/json": {
        "schema": schema, "example": example,
    } } })
}

/// The same fields, however they are sent.
fn body(schema: &Value) -> Value {
    let kinds = ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"];
    let example = example::of(schema);
    let content: Map<String, Value> = kinds
        .iter()
        .map(|kind| ((*kind).to_owned(), json!({ "schema": schema, "example": example })))
        .collect();
    let needed =
        schema.get("required").is_some_and(|names| names.as_array().is_some_and(|n| !n.is_empty()));
    json!({ "required": needed, "content": content })
}

fn parameters(route: &Route, shapes: &mut SchemaGenerator) -> Vec<Value> {
    let mut all = path_parameters(route.path);
    if let (Some(takes), true) = (route.takes, is_asked_by_query(route)) {
        let schema = takes(shapes).to_value();
        let fields = schema.get("properties").and_then(Value::as_object).cloned();
        all.extend(fields.unwrap_or_default().into_iter().map(|(name, schema)| {
            json!({
                "name": name, "in": "query", "schema": schema,
                "example": example::named(&name, &schema),
            })
        }));
    }
    all
}

/// Whether it takes a query; the others take a body.
fn is_asked_by_query(route: &Route) -> bool {
    matches!(route.method, Method4::Get | Method4::Delete)
}

fn path_parameters(path: &str) -> Vec<Value> {
    path.split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| {
            json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" },
            "example": example::in_path(path, name) })
        })
        .collect()
}

fn security(guard: Guard) -> Value {
    match guard {
        Guard::Anyone | Guard::FromElsewhere | Guard::Proxy | Guard::SharedKey => json!([]),
        Guard::Enrolling | Guard::SignedIn => json!([{ "cookie": [] }, { "bearer": [] }]),
        Guard::Known | Guard::Holding(_) => {
            json!([{ "cookie": [] }, { "bearer": [] }, { "key": [] }])
        }
    }
}

fn components() -> Value {
    let codes: Vec<&str> = Code::ALL.iter().map(|(_, code, _, _)| *code).collect();
    json!({
        "securitySchemes": {
            "cookie": { "type": "apiKey", "in": "cookie", "name": "__Host-kw_session" },
            "bearer": { "type": "http", "scheme": "bearer" },
            "key": { "type": "apiKey", "in": "header", "name": "X-Api-Key" },
        },
        "responses": { "Problem": {
            "description": "A problem (RFC 9457).",
            "content": { "application/problem+json": {
                "schema": { "$ref": "#/components/schemas/Problem" } } },
        } },
        "schemas": { "Problem": {
            "type": "object",
            "required": ["type", "code", "title", "status", "instance"],
            "properties": {
                "type": { "type": "string" },
                "code": { "type": "string", "enum": codes },
                "title": { "type": "string" },
                "status": { "type": "integer" },
                "detail": { "type": "string" },
                "instance": { "type": "string" },
                "retry_after": { "type": "integer", "description": "Seconds." },
                "errors": { "type": "array", "items": { "type": "object", "properties": {
                    "field": { "type": "string" }, "code": { "type": "string" },
                    "message": { "type": "string" } } } },
            },
        } },
    })
}
