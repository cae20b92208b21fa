//! What a gateway wants to be sent, written by an operator: texts with places, such
//! as `{to}`, in the values of a form, of JSON, of a query or of headers.
//!
//! A template is taken apart first and filled in then, each value with the escapes
//! of where it stands. So nothing that stands in a message, and no address, adds a
//! field, ends a string or begins a header.

use ::http::{HeaderName, HeaderValue};
use keyward_core::{Error, Secret};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use super::super::Outgoing;

/// What the places of a template are filled with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Values<'a> {
    pub(super) message: &'a Outgoing,
    pub(super) from: &'a str,
    pub(super) secret: Option<&'a Secret>,
}

/// A place that is filled in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Place {
    To,
    From,
    Subject,
    Text,
    Html,
    Id,
    Secret,
    Basic,
}

const PLACES: [(&str, Place); 8] = [
    ("to", Place::To),
    ("from", Place::From),
    ("subject", Place::Subject),
    ("text", Place::Text),
    ("html", Place::Html),
    ("id", Place::Id),
    ("secret", Place::Secret),
    ("basic", Place::Basic),
];

/// Those that an operator fills, and nobody who writes to us.
const OWN: [Place; 3] = [Place::Id, Place::Secret, Place::Basic];

impl Place {
    fn value(self, values: Values<'_>) -> String {
        let secret = || values.secret.map_or("", Secret::reveal);
        match self {
            Self::To => values.message.to.clone(),
            Self::From => values.from.to_owned(),
            Self::Subject => values.message.subject.clone(),
            Self::Text => values.message.text.clone(),
            Self::Html => values.message.html.clone(),
            Self::Id => values.message.id.clone(),
            Self::Secret => secret().to_owned(),
            Self::Basic => super::encode(secret()),
        }
    }
}

#[derive(Clone, Debug)]
pub(super) enum Piece {
    Plain(String),
    Place(Place),
}

/// A text with places; `{{` and `}}` are braces.
#[derive(Clone, Debug)]
pub(super) struct Text(Vec<Piece>);

impl Text {
    fn parse(text: &str) -> Result<Self, Error> {
        let (mut pieces, mut plain, mut rest) = (vec![], String::new(), text);
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            plain.push_str(before);
            if let Some(after) = from.strip_prefix("{{").or_else(|| from.strip_prefix("}}")) {
                plain.extend(from.chars().next());
                rest = after;
                continue;
            }
            let named = from.strip_prefix('{').and_then(|from| from.split_once('}'));
            let (name, after) = named.ok_or_else(|| bad("a brace stands alone: write it twice"))?;
            let known = PLACES.iter().find(|(known, _)| *known == name);
            let (_, place) = known.ok_or_else(|| unknown(name))?;
            pieces.extend([Piece::Plain(std::mem::take(&mut plain)), Piece::Place(*place)]);
            rest = after;
        }
        plain.push_str(rest);
        pieces.push(Piece::Plain(plain));
        Ok(Self(pieces))
    }

    /// With every place filled in, once: what a value holds is no template.
    fn fill(&self, values: Values<'_>, escape: fn(&str) -> String) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Plain(text) => text.clone(),
            Piece::Place(place) => escape(&place.value(values)),
        };
        self.0.iter().map(piece).collect()
    }

    fn places(&self) -> impl Iterator<Item = Place> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Place(place) => Some(*place),
            Piece::Plain(_) => None,
        })
    }

    fn is_own(&self) -> bool {
        self.places().all(|place| OWN.contains(&place))
    }
}

/// As it is: for where the writer of the whole escapes it.
fn whole(text: &str) -> String {
    text.to_owned()
}

/// Everything but what RFC 3986 section 2.3 calls unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

fn percent(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// Where requests go. In the path stand only places that an operator fills:
/// whoever chooses a part of a path may go up in it.
#[derive(Clone, Debug)]
pub(super) struct Url(Text);

impl Url {
    pub(super) fn parse(url: &str) -> Result<Self, Error> {
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let (scheme, rest) = path.split_once("://").ok_or_else(|| bad("it has no scheme"))?;
        let host = rest.split('/').next().unwrap_or_default();
        if !matches!(scheme, "https" | "http") || host.is_empty() || host.contains(['{', '}', '@'])
        {
            return Err(bad("its URL must begin with https:// and a host"));
        }
        if !Text::parse(path)?.is_own() || url.contains('#') {
            return Err(bad("the path of its URL takes {secret} and {id} alone"));
        }
        Text::parse(query)?;
        Ok(Self(Text::parse(url)?))
    }

    pub(super) fn fill(&self, values: Values<'_>) -> String {
        self.0.fill(values, percent)
    }
}

/// A header of every request. Only an operator's places may stand in it.
#[derive(Clone, Debug)]
pub(super) struct Header(HeaderName, Text);

/// Headers that say how the request is framed.
const FRAMING: [&str; 6] =
    ["host", "content-length", "transfer-encoding", "connection", "upgrade", "expect"];

impl Header {
    /// `Name: value`.
    pub(super) fn parse(line: &str) -> Result<Self, Error> {
        let (name, value) =
            line.split_once(':').ok_or_else(|| bad("a header is written `Name: value`"))?;
        let name: HeaderName =
            name.trim().parse().map_err(|_| bad("the name of a header cannot be read"))?;
        let text = Text::parse(value.trim())?;
        if FRAMING.contains(&name.as_str()) {
            return Err(bad("the client itself sends Host, Connection and what frames the body"));
        }
        if !text.is_own() {
            return Err(bad("headers take {secret}, {basic} and {id} alone"));
        }
        Ok(Self(name, text))
    }

    pub(super) fn fill(&self, values: Values<'_>) -> Option<(HeaderName, HeaderValue)> {
        let mut value = HeaderValue::from_str(&self.1.fill(values, whole)).ok()?;
        value.set_sensitive(true);
        Some((self.0.clone(), value))
    }
}

/// What is sent in the body.
#[derive(Clone, Debug)]
pub(super) enum Body {
    /// Nothing.
    Empty,
    /// A form.
    Form(Vec<(String, Text)>),
    /// JSON.
    Json(Node),
}

/// JSON whose texts have places; names have none.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Fixed(Value),
    Text(Text),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl Body {
    /// `to={to}&text={text}`, or JSON if it begins with a brace.
    pub(super) fn parse(template: &str) -> Result<Self, Error> {
        let template = template.trim();
        if template.is_empty() {
            return Ok(Self::Empty);
        }
        if template.starts_with(['{', '[']) {
            let value: Value = serde_json::from_str(template)
                .map_err(|cause| Error::because("read the template of a body as JSON", cause))?;
            return Node::parse(value).map(Self::Json);
        }
        let pairs = form_urlencoded::parse(template.as_bytes());
        let pairs = pairs.map(|(name, value)| Ok((name.into_owned(), Text::parse(&value)?)));
        Ok(Self::Form(pairs.collect::<Result<_, Error>>()?))
    }

    /// The media type and the bytes.
    pub(super) fn fill(&self, values: Values<'_>) -> Option<(&'static str, String)> {
        match self {
            Self::Empty => None,
            Self::Form(pairs) => {
                let mut form = form_urlencoded::Serializer::new(String::new());
                for (name, text) in pairs {
                    form.append_pair(name, &text.fill(values, whole));
                }
                Some((super::FORM, form.finish()))
            }
            Self::Json(node) => Some((super::JSON, node.fill(values).to_string())),
        }
    }
}

impl Node {
    fn parse(value: Value) -> Result<Self, Error> {
        Ok(match value {
            Value::String(text) => Self::Text(Text::parse(&text)?),
            Value::Array(items) => {
                Self::List(items.into_iter().map(Self::parse).collect::<Result<_, _>>()?)
            }
            Value::Object(fields) => {
                let fields =
                    fields.into_iter().map(|(name, value)| Ok((name, Self::parse(value)?)));
                Self::Map(fields.collect::<Result<_, Error>>()?)
            }
            other => Self::Fixed(other),
        })
    }

    fn fill(&self, values: Values<'_>) -> Value {
        match self {
            Self::Fixed(value) => value.clone(),
            Self::Text(text) => Value::String(text.fill(values, whole)),
            Self::List(items) => items.iter().map(|item| item.fill(values)).collect(),
            Self::Map(fields) => {
                let fields = fields.iter().map(|(name, node)| (name.clone(), node.fill(values)));
                Value::Object(fields.collect::<Map<_, _>>())
            }
        }
    }
}

fn bad(why: &str) -> Error {
    Error::because("read the template of a request", why)
}

fn unknown(name: &str) -> Error {
    let known: Vec<&str> = PLACES.iter().map(|(name, _)| *name).collect();
    bad(&format!("there is no place {{{name}}}; there are {}", known.join(", ")))
}

#[cfg(test)]
mod tests {
    use keyward_core::record::Channel;

    use super::*;

    const NASTY: &str = "a\"},\\{to}&b=c\r\nX: y\u{0}%26<é>";

    fn message(to: &str, text: &str) -> Outgoing {
        Outgoing {
            id: "msg_1".into(),
            channel: Channel::Sms,
            to: to.into(),
            subject: String::new(),
            text: text.into(),
            html: String::new(),
            code: None,
            link: None,
        }
    }

    fn values<'a>(message: &'a Outgoing, secret: &'a Secret) -> Values<'a> {
        Values { message, from: "Acme", secret: Some(secret) }
    }

    #[test]
    fn attack_a_value_never_leaves_its_place_in_json() {
        let template = r#"{"m":[{"to":"{to}","n":1}],"t":"<{{{text}}}>","{to}":true}"#;
        let body = Body::parse(template).unwrap();
        let (message, secret) = (message(NASTY, NASTY), Secret::new("s"));
        let (kind, sent) = body.fill(values(&message, &secret)).unwrap();
        let read: Value = serde_json::from_str(&sent).unwrap();
        let wanted = serde_json::json!({
            "m": [{ "to": NASTY, "n": 1 }], "t": format!("<{{{NASTY}}}>"), "{to}": true,
        });
        assert_eq!((kind, read), ("application/json", wanted));
    }

    #[test]
    fn attack_a_value_never_leaves_its_place_in_a_form() {
        let body = Body::parse("to={to}&text=Say%3A+{text}&key={secret}").unwrap();
        let (message, secret) = (message(NASTY, NASTY), Secret::new("a&b"));
        let (kind, sent) = body.fill(values(&message, &secret)).unwrap();
        let read: Vec<(String, String)> =
            form_urlencoded::parse(sent.as_bytes()).into_owned().collect();
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let wanted =
            [pair("to", NASTY), pair("text", &format!("Say: {NASTY}")), pair("key", "a&b")];
        assert_eq!((kind, read.as_slice()), ("application/x-www-form-urlencoded", &wanted[..]));
    }

    #[test]
    fn attack_a_value_never_leaves_its_place_in_a_url() {
        let url = Url::parse("https://sms.example.com/bot{secret}/send?to={to}&t={text}").unwrap();
        let (message, secret) = (message(NASTY, "../?#"), Secret::new("1:a/b"));
        let sent = url.fill(values(&message, &secret));
        let uri: ::http::Uri = sent.parse().unwrap();
        assert_eq!(uri.path(), "/bot1%3Aa%2Fb/send");
        let read: Vec<(String, String)> =
            form_urlencoded::parse(uri.query().unwrap().as_bytes()).into_owned().collect();
        assert_eq!(read, [("to".into(), NASTY.into()), ("t".into(), "../?#".to_owned())]);
    }

    #[test]
    fn attack_nobody_but_the_operator_fills_paths_hosts_and_headers() {
        for url in [
            "https://{to}.example.com/",
            "https://example.com/{to}",
            "https://example.com/a/{text}?x=1",
            "https://user@example.com/",
            "ftp://example.com/",
            "example.com",
            "https://example.com/?x={nothing}",
            "https://example.com/?x={to",
            "https://example.com/#{to}",
        ] {
            assert!(Url::parse(url).is_err(), "{url}");
        }
        for line in ["X-To: {to}", "Host: evil", "Content-Length: 0", "X Y: z", "no header", "A: }"]
        {
            assert!(Header::parse(line).is_err(), "{line}");
        }
        let (message, secret) = (message("1", "2"), Secret::new("user:pass"));
        let filled = |line: &str, secret| {
            Header::parse(line).unwrap().fill(values(&message, secret)).map(|(_, value)| value)
        };
        let line = "Authorization: Basic {basic}";
        assert_eq!(filled(line, &secret).unwrap(), "Basic dXNlcjpwYXNz");
        let broken = Secret::new("a\r\nX: y");
        assert!(filled("Authorization: Bearer {secret}", &broken).is_none());
    }

    #[test]
    fn braces_are_written_twice_and_a_lone_one_is_a_mistake() {
        for bad in ["a={", "a=}", "a={to", "a={to}}", "a={{to}", "a={To}", "{\"a\":\"{x}\"}", "{"] {
            assert!(Body::parse(bad).is_err(), "{bad}");
        }
        let (message, secret) = (message("1", "2"), Secret::new("s"));
        let body = Body::parse("a={{to}}&b={{{to}}}").unwrap();
        let (_, sent) = body.fill(values(&message, &secret)).unwrap();
        assert_eq!(sent, "a=%7Bto%7D&b=%7B1%7D");
    }
}
