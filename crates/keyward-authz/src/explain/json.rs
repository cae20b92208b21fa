//! An explanation as JSON, for administrators, the command line and the log of
//! decisions; and what an end user may see of it.

use serde_json::{Map, Value, json};

use super::{DecidedBy, Explanation, WouldAllow};

impl Explanation {
    /// The whole explanation. It tells who holds what: not for end users.
    pub fn to_json(&self) -> Value {
        json!({
            "decision": self.decision.to_string(),
            "code": self.code,
            "http": self.http,
            "decided_by": self.decided_by().map(|by| by.to_json()),
            "path": self.path,
            "would_allow": self.would_allow.iter().map(WouldAllow::to_json).collect::<Vec<_>>(),
            "ceilings": self.ceilings.iter().map(|it| {
                let mut note = Map::new();
                note.insert(it.name.clone(), json!(it.patterns));
                note.insert("contains".to_owned(), json!(it.contains));
                Value::Object(note)
            }).collect::<Vec<_>>(),
            "near_miss": self.near_miss_json(),
            "to_fix": self.to_fix(),
            "epoch": self.epoch,
        })
    }

    /// What the person who was refused may see: the answer, its code, and what
    /// the policy's author wrote for people. No rules, no roles, no attributes.
    pub fn to_public_json(&self) -> Value {
        let mut public = Map::new();
        public.insert("decision".to_owned(), json!(self.decision.to_string()));
        public.insert("code".to_owned(), json!(self.code));
        public.insert("http".to_owned(), json!(self.http));
        if let Some(reason) = self.public_reason() {
            public.insert("reason".to_owned(), json!(reason));
        }
        Value::Object(public)
    }

    fn near_miss_json(&self) -> Vec<Value> {
        let conditions = self.unmet_rules.iter().map(|it| {
            let actual = it.unmet.actual.iter().map(|(name, value)| format!("{name} is {value}"));
            let actual: Vec<String> = actual.collect();
            json!({ "rule": it.id, "failed": it.part(), "actual": actual.join(", ") })
        });
        let patterns = self
            .near_misses
            .iter()
            .map(|it| json!({ "rule": it.rule.id, "failed": it.reason, "actual": self.wanted }));
        conditions.chain(patterns).collect()
    }
}

impl WouldAllow {
    fn to_json(&self) -> Value {
        let mut would = Map::new();
        would.insert("rule".to_owned(), json!(self.rule));
        would.insert("path".to_owned(), json!(self.path));
        if let Some(needs) = &self.needs {
            would.insert("needs".to_owned(), json!(needs.to_string()));
        }
        Value::Object(would)
    }
}

impl DecidedBy {
    fn to_json(&self) -> Value {
        let mut by = Map::new();
        by.insert("block".to_owned(), json!(self.block));
        by.insert("rule".to_owned(), json!(self.rule));
        if let Some(pattern) = &self.pattern {
            by.insert("pattern".to_owned(), json!(pattern));
        }
        if let Some(origin) = &self.origin {
            by.insert("file".to_owned(), json!(&*origin.file));
            by.insert("line".to_owned(), json!(origin.line));
        }
        Value::Object(by)
    }
}
