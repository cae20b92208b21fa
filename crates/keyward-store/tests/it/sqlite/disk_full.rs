//! A full disk: writes are refused, reads go on, and room is used once it is there.

use std::path::{Path, PathBuf};
use std::process::Command;

use keyward_core::port::{Batch, CommitError, Write};
use keyward_core::record::User;
use keyward_store::Store;
use keyward_store::conformance::Sample;

use super::open;

/// A file system of a few megabytes. Needs root.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(at: &Path) -> Option<Self> {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=3m", "tmpfs"]).arg(at);
        let mounted = mount.output().is_ok_and(|done| done.status.success());
        mounted.then(|| Self(at.to_owned()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a test that failed may still have files open.
        let _ = Command::new("umount").arg("-l").arg(&self.0).output();
    }
}

fn add(user: User) -> Batch {
    Batch { writes: vec![Write::AddUser(user)], events: vec![] }
}

#[tokio::test]
async fn a_full_disk_refuses_writes_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let Some(_disk) = SmallDisk::mount(dir.path()) else {
        println!("skipped: only root can mount a small disk");
        return;
    };
    let store = open(&dir.path().join("small")).await;
    let mut sample = Sample::new(7);
    let first = sample.user();
    store.commit(&add(first.clone())).await.unwrap();
    let ballast = dir.path().join("ballast");
    std::fs::write(&ballast, vec![0; 1 << 20]).unwrap();

    let large = |sample: &mut Sample| User { properties: "x".repeat(50_000), ..sample.user() };
    let refused = loop {
        let user = large(&mut sample);
        match store.commit(&add(user.clone())).await {
            Ok(()) => assert!(store.user(user.id).await.unwrap().is_some(), "as was answered"),
            Err(error) => break (user, error),
        }
    };
    let (lost, error) = refused;
    assert!(matches!(&error, CommitError::Broken(why) if why.is_disk_full()), "{error:?}");
    assert_eq!(store.user(lost.id).await.unwrap(), None, "nothing half-written");
    assert_eq!(store.user(first.id).await.unwrap().as_ref(), Some(&first), "reads go on");
    let again = store.commit(&add(large(&mut sample))).await.unwrap_err();
    assert!(matches!(&again, CommitError::Broken(why) if why.is_disk_full()), "{again:?}");

    std::fs::remove_file(&ballast).unwrap();
    store.commit(&add(lost.clone())).await.unwrap();
    assert_eq!(store.user(lost.id).await.unwrap(), Some(lost));
    store.close().await;
}
