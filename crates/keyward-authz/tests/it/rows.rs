//! Reads the tables beside this file.

use serde_json::Value;

/// The rows of a table, each an array.
#[track_caller]
pub(crate) fn rows(table: &str) -> Vec<Vec<Value>> {
    let mut table: Value = serde_json::from_str(table).unwrap();
    serde_json::from_value(table["rows"].take()).unwrap()
}

/// An array of strings.
#[track_caller]
pub(crate) fn strings(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|item| item.as_str().unwrap()).collect()
}
