//! Devices that are spared the second factor for a while.

use serde::{Deserialize, Serialize};

use super::{read, written};
use crate::crypto::hex::hex;
use crate::crypto::token;
use crate::flow::{Client, Decide};
use crate::id::CredentialId;
use crate::port::Write;
use crate::record::{Credential, Subject};
use crate::time::Timestamp;

/// The kind of its credential.
pub const KIND: &str = "trusted_device";

/// An account trusts at most this many devices; the oldest gives way.
const MAX: usize = 10;

/// What is stored of a device.
#[derive(Deserialize, Serialize)]
struct Kept {
    /// Hash of the secret in the device's cookie, in hexadecimal.
    device: String,
    /// Until when, exclusive, in microseconds since the Unix epoch.
    until: i64,
    /// The client's own description of itself.
    client: String,
}

/// A device that is spared the second factor.
#[derive(Clone, Debug)]
pub struct Device {
    /// Which.
    pub id: CredentialId,
    /// The client's own description of itself.
    pub client: String,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when, exclusive.
    pub until: Timestamp,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// The devices that the account trusts now, oldest first.
pub fn list(subject: &Subject, client: &Client, now: Timestamp) -> Vec<Device> {
    let own = client.device.filter(|(user, _)| *user == subject.user.id);
    let own = own.map(|(_, device)| name(&device));
    let read = |found: &Credential| {
        let kept = read::<Kept>(found).filter(|kept| now.as_micros() < kept.until)?;
        Some(Device {
            id: found.id,
            current: own.as_deref() == Some(&kept.device),
            client: kept.client,
            created_at: found.created_at,
            until: Timestamp::from_micros(kept.until),
        })
    };
    devices(subject).filter_map(read).collect()
}

/// Whether the account trusts the device that asks.
pub(in crate::flow) fn is_trusted(subject: &Subject, client: &Client, now: Timestamp) -> bool {
    let Some((_, device)) = client.device.filter(|(user, _)| *user == subject.user.id) else {
        return false;
    };
    let device = name(&device);
    let mut kept = devices(subject).filter_map(read::<Kept>);
    kept.any(|kept| {
        token::eq(kept.device.as_bytes(), device.as_bytes()) && now.as_micros() < kept.until
    })
}

/// Trusts the device that asks, under its own name if it has one already.
pub(in crate::flow) fn trust(subject: &Subject, cx: &mut Decide<'_>) -> ([u8; 16], Vec<Write>) {
    let own = cx.client.device.filter(|(user, _)| *user == subject.user.id);
    let device = own.map_or_else(|| fresh(cx), |(_, device)| device);
    let kept = Kept {
        device: name(&device),
        until: cx.now.plus(cx.settings.trust_lifetime).as_micros(),
        client: cx.client.agent.clone(),
    };
    // Oldest first: those that are over, this one itself, and what is too many.
    let (over, live): (Vec<_>, Vec<_>) = devices(subject).partition(|found| {
        read::<Kept>(found)
            .is_none_or(|old| old.until <= cx.now.as_micros() || old.device == kept.device)
    });
    let excess = (live.len() + 1).saturating_sub(MAX);
    let gone = over.into_iter().chain(live.into_iter().take(excess));
    let mut writes: Vec<Write> = gone.map(|found| Write::SpendCredential(found.id)).collect();
    writes.push(Write::AddCredential(Credential {
        id: CredentialId::mint(cx.now, cx.rng),
        user: subject.user.id,
        kind: KIND.into(),
        data: written(&kept),
        created_at: cx.now,
    }));
    (device, writes)
}

fn fresh(cx: &mut Decide<'_>) -> [u8; 16] {
    let mut device = [0; 16];
    cx.rng.fill(&mut device);
    device
}

/// Writes that trust no device any more.
pub(in crate::flow) fn forget(subject: &Subject) -> Vec<Write> {
    forget_some(subject, |_| true)
}

/// Writes that trust those no more for which `wanted` says yes.
pub(in crate::flow) fn forget_some(
    subject: &Subject,
    wanted: impl Fn(CredentialId) -> bool,
) -> Vec<Write> {
    let gone = devices(subject).filter(|found| wanted(found.id));
    gone.map(|found| Write::SpendCredential(found.id)).collect()
}

fn devices(subject: &Subject) -> impl Iterator<Item = &Credential> {
    subject.credentials.iter().filter(|found| found.kind == KIND)
}

fn name(device: &[u8; 16]) -> String {
    hex(&token::digest_bytes(device))
}
