//! The API's description, made from the route table.

use serde_json::{Map, Value, json};

use crate::http::{Code, Guard};
use crate::routes;

/// The OpenAPI 3.1 document of every route under `/api/v1`.
pub fn document() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for route in routes::all(false) {
        if !route.path.starts_with("/api/") {
            continue;
        }
        let operation = json!({
            "operationId": operation_id(route.method.as_str(), route.path),
            "parameters": parameters(route.path),
            "security": security(route.guard),
            "x-guard": format!("{:?}", route.guard),
            "responses": {
                "2XX": { "description": "Done." },
                "default": { "$ref": "#/components/responses/Problem" },
            },
        });
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

fn parameters(path: &str) -> Vec<Value> {
    path.split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
        .collect()
}

fn security(guard: Guard) -> Value {
    match guard {
        Guard::Anyone => json!([]),
        Guard::SignedIn | Guard::Holding(_) => json!([{ "cookie": [] }, { "bearer": [] }]),
    }
}

fn components() -> Value {
    let codes: Vec<&str> = Code::ALL.iter().map(|(_, code, _, _)| *code).collect();
    json!({
        "securitySchemes": {
            "cookie": { "type": "apiKey", "in": "cookie", "name": "__Host-kw_session" },
            "bearer": { "type": "http", "scheme": "bearer" },
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
