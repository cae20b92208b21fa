//! What goes into a statement and what comes out of a row.

use core::time::Duration;

use keyward_core::time::Timestamp;

use crate::limit::micros;

/// A value on its way in or out.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Value {
    /// Nothing.
    Null,
    /// Any number, time or truth.
    Int(i64),
    /// UTF-8.
    Text(String),
    /// An id, a hash, or something opaque.
    Bytes(Vec<u8>),
}

/// The columns of one row, in the order of the statement.
pub(crate) type Row = Vec<Value>;

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

macro_rules! values {
    ($($type:ty, $value:ident => $form:expr;)*) => {$(
        impl From<$type> for Value {
            fn from($value: $type) -> Self {
                $form
            }
        }
    )*};
}

values! {
    i64, n => Self::Int(n);
    u32, n => Self::Int(i64::from(n));
    u8, n => Self::Int(i64::from(n));
    bool, yes => Self::Int(i64::from(yes));
    Timestamp, at => Self::Int(at.as_micros());
    Duration, time => Self::Int(micros(time));
    &str, text => Self::Text(text.to_owned());
    &String, text => Self::Text(text.clone());
    String, text => Self::Text(text);
    Vec<u8>, bytes => Self::Bytes(bytes);
    &Vec<u8>, bytes => Self::Bytes(bytes.clone());
    &[u8; 32], bytes => Self::Bytes(bytes.to_vec());
    [u8; 32], bytes => Self::Bytes(bytes.to_vec());
    keyward_core::id::UserId, id => Self::Bytes(id.to_bytes().to_vec());
    keyward_core::id::TenantId, id => Self::Bytes(id.to_bytes().to_vec());
    keyward_core::id::SessionId, id => Self::Bytes(id.to_bytes().to_vec());
    keyward_core::id::CredentialId, id => Self::Bytes(id.to_bytes().to_vec());
    keyward_core::id::FlowId, id => Self::Bytes(id.to_bytes().to_vec());
    keyward_core::id::MessageId, id => Self::Bytes(id.to_bytes().to_vec());
    keyward_core::id::InvitationId, id => Self::Bytes(id.to_bytes().to_vec());
    keyward_core::id::EventId, id => Self::Bytes(id.to_bytes().to_vec());
}

/// Values for a statement's placeholders, in order.
macro_rules! params {
    ($($value:expr),* $(,)?) => { vec![$($crate::sql::value::Value::from($value)),*] };
}
pub(crate) use params;
