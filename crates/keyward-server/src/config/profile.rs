//! `[profile]`: fields of an account that the operator defines.

use keyward::{Field, FieldKind, Party};

use super::key::{Key, Takes};
use super::reader::Reader;

const NAME: &str = "profile.fields";

pub(super) const KEYS: &[Key] = &[Key {
    name: NAME,
    takes: Takes::List,
    default: "",
    what: "Fields of an account, each as `NAME KIND [required] [edit=admin] [see=admin]`; a kind is `text 0-200`, `integer 0-150`, `boolean`, `date` or `choice s|m|l`. Without any, properties take any form and people change all of them; with some, they change those alone.",
}];

/// Fields of an account that the operator defines.
pub(super) fn read(r: &mut Reader<'_>) -> Vec<Field> {
    let mut fields: Vec<Field> = vec![];
    for text in r.list(NAME) {
        match field(&text) {
            Ok(field) if fields.iter().any(|known| known.name == field.name) => {
                r.refuse(NAME, format!("names `{}` twice", field.name));
            }
            Ok(field) => fields.push(field),
            Err(why) => r.refuse(NAME, format!("cannot read `{text}`: {why}")),
        }
    }
    fields
}

fn field(text: &str) -> Result<Field, String> {
    let mut words = text.split_whitespace();
    let name = words.next().ok_or("a name is missing")?;
    let mut field = Field::text(name, 0);
    field.kind = match words.next().ok_or("a kind is missing")? {
        "boolean" => FieldKind::Boolean,
        "date" => FieldKind::Date,
        "text" => {
            let (min, max) = range(words.next())?;
            FieldKind::Text { min, max }
        }
        "integer" => {
            let (min, max) = range(words.next())?;
            FieldKind::Integer { min, max }
        }
        "choice" => {
            let choices = words.next().ok_or("choices are missing: s|m|l")?;
            FieldKind::Choice(choices.split('|').map(str::to_owned).collect())
        }
        other => return Err(format!("`{other}` is no kind")),
    };
    for word in words {
        match word {
            "required" => field.is_required = true,
            "edit=admin" => field.edit = Party::Admin,
            "see=admin" => (field.edit, field.see) = (Party::Admin, Party::Admin),
            other => return Err(format!("`{other}` says nothing")),
        }
    }
    field.fault().map_or(Ok(field), |fault| Err(fault.into()))
}

/// `0-200`.
fn range<T: std::str::FromStr>(text: Option<&str>) -> Result<(T, T), String> {
    let bounds = text.and_then(|text| text.split_once('-'));
    let bounds = bounds.and_then(|(min, max)| Some((min.parse().ok()?, max.parse().ok()?)));
    bounds.ok_or_else(|| "bounds are missing: 0-200".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_read_from_a_line() {
        let city = field("city text 1-40 required").unwrap();
        assert_eq!(city.kind, FieldKind::Text { min: 1, max: 40 });
        assert!(city.is_required && city.edit == Party::Owner);
        let note = field("note choice a|b see=admin").unwrap();
        assert_eq!((note.edit, note.see), (Party::Admin, Party::Admin));
        assert_eq!(
            field("age integer 0-150").unwrap().kind,
            FieldKind::Integer { min: 0, max: 150 }
        );
        for bad in [
            "",
            "city",
            "city text",
            "city text 5",
            "city text 9-1",
            "City date",
            "city date sometimes",
            "note date required see=admin",
        ] {
            assert!(field(bad).is_err(), "{bad}");
        }
    }
}
