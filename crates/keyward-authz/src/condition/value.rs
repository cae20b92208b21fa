//! What conditions compute with.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use super::time;

/// A value that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Text.
    Text(Box<str>),
    /// A set of values.
    Set(Box<[Value]>),
    /// A moment, in microseconds since the Unix epoch, UTC.
    Time(i64),
    /// A span of time, in microseconds.
    Span(i64),
    /// An address or a network.
    Net(Net),
}

/// A value in passing: cheap to copy, and borrowed where it is large.
#[derive(Clone, Copy, Debug)]
pub enum Cell<'a> {
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Text.
    Text(&'a str),
    /// A set of values.
    Set(&'a [Value]),
    /// A set of names, such as those of [`Access::all_roles`](crate::Access::all_roles).
    Names(&'a [Arc<str>]),
    /// A moment, in microseconds since the Unix epoch, UTC.
    Time(i64),
    /// A span of time, in microseconds.
    Span(i64),
    /// An address or a network.
    Net(Net),
}

/// The kinds of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// True or false.
    Bool,
    /// A whole number.
    Int,
    /// Text.
    Text,
    /// A set.
    Set,
    /// A moment.
    Time,
    /// A span of time.
    Span,
    /// An address or a network.
    Net,
}

/// What an attribute belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Root {
    /// Who asks.
    Principal,
    /// What it is about.
    Resource,
    /// When, from where, how.
    Context,
}

/// The attributes in force at one check, by name.
#[derive(Clone, Copy, Debug, Default)]
pub struct Facts<'a> {
    /// Attributes of who asks.
    pub principal: &'a [(&'a str, Cell<'a>)],
    /// Attributes of what it is about.
    pub resource: &'a [(&'a str, Cell<'a>)],
    /// Attributes of the circumstances.
    pub context: &'a [(&'a str, Cell<'a>)],
}

impl<'a> Facts<'a> {
    /// The attribute of this whole name, such as `context.until`.
    pub(crate) fn named(&self, name: &str) -> Option<Cell<'a>> {
        let (root, name) = name.split_once('.')?;
        let root = Root::ALL.into_iter().find(|known| known.name() == root)?;
        self.get(root, name)
    }

    pub(crate) fn get(&self, root: Root, name: &str) -> Option<Cell<'a>> {
        let record = match root {
            Root::Principal => self.principal,
            Root::Resource => self.resource,
            Root::Context => self.context,
        };
        record.iter().find(|(known, _)| *known == name).map(|(_, cell)| *cell)
    }
}

impl Value {
    /// The same in passing.
    pub fn cell(&self) -> Cell<'_> {
        match self {
            Value::Bool(it) => Cell::Bool(*it),
            Value::Int(it) => Cell::Int(*it),
            Value::Text(it) => Cell::Text(it),
            Value::Set(it) => Cell::Set(it),
            Value::Time(it) => Cell::Time(*it),
            Value::Span(it) => Cell::Span(*it),
            Value::Net(it) => Cell::Net(*it),
        }
    }

    pub(super) fn kind(&self) -> Kind {
        self.cell().kind()
    }
}

impl From<bool> for Value {
    fn from(it: bool) -> Self {
        Value::Bool(it)
    }
}

impl From<i64> for Value {
    fn from(it: i64) -> Self {
        Value::Int(it)
    }
}

impl From<&str> for Value {
    fn from(it: &str) -> Self {
        Value::Text(it.into())
    }
}

impl From<String> for Value {
    fn from(it: String) -> Self {
        Value::Text(it.into())
    }
}

impl From<IpAddr> for Value {
    fn from(it: IpAddr) -> Self {
        Value::Net(it.into())
    }
}

impl<V: Into<Value>> FromIterator<V> for Value {
    fn from_iter<I: IntoIterator<Item = V>>(all: I) -> Self {
        Value::Set(all.into_iter().map(Into::into).collect())
    }
}

impl Cell<'_> {
    /// As people read it in a sentence.
    pub(crate) fn plain(self) -> String {
        match self {
            Cell::Text(text) => text.escape_debug().to_string(),
            cell => cell.to_string(),
        }
    }

    /// The members of a set.
    pub(crate) fn members(self) -> Option<Vec<Self>> {
        match self {
            Cell::Set(values) => Some(values.iter().map(Value::cell).collect()),
            Cell::Names(names) => Some(names.iter().map(|name| Cell::Text(name)).collect()),
            _ => None,
        }
    }

    pub(crate) fn kind(self) -> Kind {
        match self {
            Cell::Bool(_) => Kind::Bool,
            Cell::Int(_) => Kind::Int,
            Cell::Text(_) => Kind::Text,
            Cell::Set(_) | Cell::Names(_) => Kind::Set,
            Cell::Time(_) => Kind::Time,
            Cell::Span(_) => Kind::Span,
            Cell::Net(_) => Kind::Net,
        }
    }
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 7] =
        [Kind::Bool, Kind::Int, Kind::Text, Kind::Set, Kind::Time, Kind::Span, Kind::Net];

    /// Its name in a policy file.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Bool => "bool",
            Kind::Int => "int",
            Kind::Text => "text",
            Kind::Set => "set",
            Kind::Time => "datetime",
            Kind::Span => "duration",
            Kind::Net => "ip",
        }
    }

    /// Whether `<` means anything between two of it.
    pub(crate) fn is_ordered(self) -> bool {
        matches!(self, Kind::Int | Kind::Time | Kind::Span)
    }
}

impl Root {
    /// Every root.
    pub const ALL: [Root; 3] = [Root::Principal, Root::Resource, Root::Context];

    /// Its name in a condition.
    pub fn name(self) -> &'static str {
        match self {
            Root::Principal => "principal",
            Root::Resource => "resource",
            Root::Context => "context",
        }
    }
}

/// An address (`10.1.2.3`) or a network (`10.0.0.0/8`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Net {
    address: IpAddr,
    prefix: u8,
}

impl Net {
    /// Reads an address or a network.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let whole = Self::from(address.parse::<IpAddr>().ok()?);
        let Some(prefix) = prefix else { return Some(whole) };
        let plain = prefix.bytes().all(|byte| byte.is_ascii_digit());
        let prefix: u8 = prefix.parse().ok().filter(|_| plain)?;
        (prefix <= whole.prefix).then_some(Self { prefix, ..whole })
    }

    /// Whether all of this lies in the other. An IPv4 address written as IPv6 is
    /// the IPv4 address.
    pub fn is_in(self, other: Self) -> bool {
        match (self.address, other.address) {
            (IpAddr::V4(own), IpAddr::V4(net)) => {
                let shift = 32_u32.saturating_sub(other.prefix.into());
                let same = own.to_bits() ^ net.to_bits();
                self.prefix >= other.prefix && same.checked_shr(shift).unwrap_or(0) == 0
            }
            (IpAddr::V6(own), IpAddr::V6(net)) => {
                let shift = 128_u32.saturating_sub(other.prefix.into());
                let same = own.to_bits() ^ net.to_bits();
                self.prefix >= other.prefix && same.checked_shr(shift).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

impl From<IpAddr> for Net {
    fn from(address: IpAddr) -> Self {
        let address = address.to_canonical();
        Self { address, prefix: if address.is_ipv4() { 32 } else { 128 } }
    }
}

impl fmt::Display for Net {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self == Self::from(self.address) {
            true => self.address.fmt(f),
            false => write!(f, "{}/{}", self.address, self.prefix),
        }
    }
}

impl fmt::Display for Cell<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cell::Bool(it) => it.fmt(f),
            Cell::Int(it) => it.fmt(f),
            Cell::Text(it) => write!(f, "'{}'", it.escape_debug()),
            Cell::Set(it) => write!(f, "a set of {}", it.len()),
            Cell::Names(it) => write!(f, "a set of {}", it.len()),
            Cell::Time(it) => f.write_str(&time::show(*it)),
            Cell::Span(it) => write!(f, "{} s", it / time::SECOND),
            Cell::Net(it) => it.fmt(f),
        }
    }
}
