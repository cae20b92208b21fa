//! Where the project is and what `cargo metadata` says is in it.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::Result;

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// `cargo`, standing in the workspace.
pub(crate) fn cargo() -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root());
    if std::env::var_os("CI").is_some() {
        // Everything is built once there: what would make a second time quicker is waste.
        command.env("CARGO_INCREMENTAL", "0");
    }
    command
}

/// A crate of the workspace.
pub(crate) struct Member {
    pub(crate) name: String,
    /// Names of its features, those beginning with an underscore left out:
    /// they are only ever switched on by another.
    pub(crate) features: Vec<String>,
    /// What it depends on, tests aside.
    pub(crate) dependencies: Vec<String>,
    pub(crate) is_library: bool,
}

/// Every crate of the workspace.
pub(crate) fn members() -> Result<Vec<Member>> {
    let metadata = metadata()?;
    let packages = metadata.get("packages").and_then(Value::as_array);
    Ok(packages.into_iter().flatten().map(member).collect())
}

fn metadata() -> Result<Value> {
    let output =
        cargo().args(["metadata", "--no-deps", "--format-version", "1", "--quiet"]).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn member(package: &Value) -> Member {
    let list = |name| package.get(name).and_then(Value::as_array).into_iter().flatten();
    let features = package.get("features").and_then(Value::as_object).into_iter().flatten();
    let names = features.map(|(name, _)| name);
    Member {
        name: text(package, "/name"),
        features: names.filter(|name| is_offered(name)).cloned().collect(),
        dependencies: list("dependencies")
            .filter(|dependency| dependency.get("kind").is_some_and(Value::is_null))
            .map(|dependency| text(dependency, "/name"))
            .collect(),
        is_library: list("targets").any(|target| text(target, "/kind/0") == "lib"),
    }
}

fn is_offered(feature: &str) -> bool {
    !feature.starts_with('_') && feature != "default"
}

fn text(value: &Value, place: &str) -> String {
    value.pointer(place).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Where cargo puts what it builds.
pub(crate) fn target() -> Result<PathBuf> {
    Ok(PathBuf::from(text(&metadata()?, "/target_directory")))
}

/// The names of all crates that are built here with every feature on.
pub(crate) fn built() -> Result<Vec<String>> {
    let tree = ["tree", "--workspace", "--all-features", "--prefix", "none", "--format", "{p}"];
    let output = cargo().args(tree).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let text = String::from_utf8(output.stdout)?;
    let names = text.lines().filter_map(|line| line.split_whitespace().next());
    Ok(names.map(str::to_owned).collect())
}
