//! A full disk: writes are refused, reads go on, and room heals it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::http::Client;
use crate::server::Place;

/// A small disk: a file system of its own where we may mount one.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(at: &Path) -> Option<Self> {
        std::fs::create_dir_all(at).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=3m,mode=0700", "tmpfs"]).arg(at);
        let done = mount.output().is_ok_and(|output| output.status.success());
        done.then(|| Self(at.to_owned()))
    }

    /// Leaves no room; answers with the file to remove for some.
    fn fill(&self) -> PathBuf {
        let ballast = self.0.join("ballast");
        let full = std::fs::write(&ballast, vec![0; 4 << 20]).unwrap_err();
        assert_eq!(full.kind(), std::io::ErrorKind::StorageFull);
        ballast
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a server that still runs is killed after this.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// Signs people up until one is refused.
fn sign_up_until_refused(client: &Client) -> u16 {
    (0..2_000)
        .map(|n| client.sign_up(&format!("p{n}@example.com")).unwrap().status)
        .find(|status| *status >= 400)
        .expect("a full disk refuses")
}

#[test]
fn a_full_disk_refuses_writes_and_goes_on_reading() {
    let place = Place::new().env("KEYWARD_SIGN_IN_VERIFY", "none");
    let Some(disk) = SmallDisk::mount(&place.path("data")) else {
        return a_file_that_may_not_grow_refuses_writes(place);
    };
    let server = place.serve();
    assert!(server.client().sign_up("ada@example.com").unwrap().status < 300);
    let token =
        server.client().sign_in("ada@example.com").json()["token"].as_str().unwrap().to_owned();
    let ada = server.client().bearer(&token);
    let ballast = disk.fill();
    let status = sign_up_until_refused(&server.client());
    assert!(status == 507 || status == 503, "{status}");
    assert_eq!(ada.get("/api/v1/session").status, 200, "reads go on");
    std::fs::remove_file(ballast).unwrap();
    let healed = server.client().sign_up("late@example.com").unwrap();
    assert!(healed.status < 300, "room heals it without a restart: {}", healed.body);
    assert!(server.stop().success());
}

/// Where nothing may be mounted: the process may not let a file grow.
fn a_file_that_may_not_grow_refuses_writes(place: Place) {
    let limit = "trap '' XFSZ; ulimit -f 1500; exec \"$@\"";
    let place = place.wrapped(&["sh", "-c", limit, "sh"]);
    let server = place.serve();
    assert!(server.client().sign_up("ada@example.com").unwrap().status < 300);
    let token =
        server.client().sign_in("ada@example.com").json()["token"].as_str().unwrap().to_owned();
    let status = sign_up_until_refused(&server.client());
    assert!(status == 507 || status == 503, "{status}");
    assert_eq!(server.client().bearer(&token).get("/api/v1/session").status, 200, "reads go on");
}
