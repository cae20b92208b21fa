//! Replays the corpora: every input as it is, cut at every place, and with every
//! byte changed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use keyward::fuzzing;
use keyward_core::crypto::ticket::{Classic, Digest, ModAuthTkt};
use keyward_core::crypto::{asok, site_token};
use keyward_core::time::Timestamp;
use keyward_fuzz::{TARGETS, Target};

fn corpus(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name)
}

fn inputs(target: &Target) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(corpus(target.name)).expect("a folder for each target");
    let paths = entries.map(|entry| entry.expect("a readable folder").path());
    paths.map(|path| (path.clone(), fs::read(path).expect("a readable input"))).collect()
}

/// Bytes that often mean something: ends, separators, quotes, signs, a byte that
/// is no UTF-8.
const CHANGES: &[u8] = b"\0\n \"'$%*,-./019:=@AZ[]_az{|}~\x7f\xff";

/// Every input that is one cut or one byte away.
fn neighbours(input: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..input.len()).flat_map(move |at| {
        let cut = input[..at].to_vec();
        let without = [&input[..at], &input[at + 1..]].concat();
        let twice = [&input[..=at], &input[at..]].concat();
        let changed = CHANGES.iter().map(move |byte| {
            let mut changed = input.to_vec();
            changed[at] = *byte;
            changed
        });
        [cut, without, twice].into_iter().chain(changed)
    })
}

#[test]
fn the_promises_hold_for_every_input_and_its_neighbours() {
    for target in TARGETS {
        let inputs = inputs(target);
        assert!(inputs.len() >= 3, "{} has {} inputs", target.name, inputs.len());
        for (path, input) in inputs {
            let run = |bytes: &[u8]| {
                let held = std::panic::catch_unwind(|| (target.run)(bytes));
                assert!(held.is_ok(), "{}: {:?}", path.display(), String::from_utf8_lossy(bytes));
            };
            run(&input);
            neighbours(&input).for_each(|input| run(&input));
        }
    }
}

#[test]
fn every_folder_has_its_target() {
    let names = |folder: &str| -> BTreeSet<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
        let stem = |path: PathBuf| path.file_stem().expect("a name").to_string_lossy().into_owned();
        entries.map(|entry| stem(entry.path())).collect()
    };
    let targets: BTreeSet<String> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    assert_eq!(names("corpus"), targets);
    assert_eq!(names("bin"), targets);
}

/// An input of this name.
fn input(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
    fs::read_to_string(path).expect("a readable input").trim().to_owned()
}

#[test]
fn inputs_that_others_wrote_get_as_far_as_they_can() {
    let (secret, now) = (*b"0123456789abcdef", Timestamp::from_secs(0));
    let classic = Classic::new(secret, Digest::Sha256);
    assert!(classic.read(&input("tickets/07"), None, now).is_ok());
    let apache = ModAuthTkt::new(secret, Digest::Sha256);
    for name in ["tickets/08", "tickets/09", "tickets/10"] {
        assert!(apache.read(&input(name), None, now).is_ok(), "{name}");
    }
    for name in ["api_keys/09", "api_keys/10"] {
        assert!(fuzzing::api_key(&input(name), None).is_some(), "{name}");
    }
    for name in ["proxies/01", "proxies/02", "proxies/03"] {
        let text = input(name);
        let mut lines = text.lines();
        let (proxy, first) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
        let headers: Vec<_> = lines.filter_map(|line| line.split_once(": ")).collect();
        assert!(fuzzing::original(proxy, first, &headers).is_some(), "{name}");
    }
    assert!(site_token::split(&input("session_tokens/01")).is_some());
    assert!(asok::has_form(&input("session_tokens/04")));
    assert!(asok::open_totp_by([1; 32], [2; 32], &input("import_json/06")).is_some());
    let parameters = input("import_json/08");
    assert!(keyward::import::fuzzing::firebase_stored(&parameters, "AAAA", "AAAA").is_some());
}
