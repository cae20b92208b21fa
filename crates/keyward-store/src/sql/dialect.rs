//! The differences between databases, all of them, as one table.

/// How a database speaks SQL.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Dialect {
    /// SQLite 3.51.3 or newer.
    Sqlite,
    /// PostgreSQL 13 or newer.
    Postgres,
    /// MySQL 8 or newer, MariaDB 10.6 or newer.
    Mysql,
}

/// What stands for a `{word}`: in SQLite, in PostgreSQL, in MySQL.
const WORDS: &[(&str, [&str; 3])] = &[
    ("id", ["BLOB", "BYTEA", "BINARY(16)"]),
    ("hash", ["BLOB", "BYTEA", "BINARY(32)"]),
    ("blob", ["BLOB", "BYTEA", "LONGBLOB"]),
    ("int", ["INTEGER", "BIGINT", "BIGINT"]),
    // Short enough that MySQL can index three of them together (3072 bytes).
    ("word", ["TEXT", "TEXT COLLATE \"C\"", "VARCHAR(64)"]),
    ("name", ["TEXT", "TEXT COLLATE \"C\"", "VARCHAR(128)"]),
    ("key", ["TEXT", "TEXT COLLATE \"C\"", "VARCHAR(512)"]),
    // An id of the app's: compared byte by byte, a space at the end included.
    ("ref", ["TEXT", "TEXT COLLATE \"C\"", "VARBINARY(256)"]),
    ("text", ["TEXT", "TEXT COLLATE \"C\"", "LONGTEXT"]),
    (
        "serial",
        [
            "INTEGER PRIMARY KEY AUTOINCREMENT",
            "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
            "BIGINT AUTO_INCREMENT PRIMARY KEY",
        ],
    ),
    // A table with narrow rows that lives in its primary key.
    ("narrow", [" STRICT, WITHOUT ROWID", "", INNODB]),
    ("wide", [" STRICT", "", INNODB]),
    ("if not exists", [" IF NOT EXISTS", " IF NOT EXISTS", ""]),
    ("for update", ["", " FOR UPDATE", " FOR UPDATE"]),
    ("contains", ["instr", "strpos", "instr"]),
    // Of the database's own clock, in microseconds.
    (
        "now",
        [
            "CAST(unixepoch('subsec') * 1000000 AS INTEGER)",
            "CAST(extract(epoch from clock_timestamp()) * 1000000 AS BIGINT)",
            // In UTC, whatever time zone the connection has.
            "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6))",
        ],
    ),
];

/// Forms with an argument: `{word argument}`, where `@` stands for the argument.
const FORMS: &[(&str, [&str; 3])] = &[
    // After an insert: having the row already is fine, and the row is locked
    // before it is read. MySQL's INSERT IGNORE would only share the lock, and
    // two of those deadlock on the update that follows.
    (
        "or keep",
        [" ON CONFLICT DO NOTHING", " ON CONFLICT DO NOTHING", " ON DUPLICATE KEY UPDATE @ = @"],
    ),
    // Around a condition: a bounded number of rows, named by their key.
    ("some", ["@ IN (SELECT @ FROM ", "@ IN (SELECT @ FROM ", ""]),
    ("of", ["@ WHERE ", "@ WHERE ", ""]),
    ("end", [" LIMIT @)", " LIMIT @)", " LIMIT @"]),
    // After an index: the rows it is for. MySQL indexes them all.
    ("only where", [" WHERE @", " WHERE @", ""]),
    // Before a condition: relations of these objects, each found by its key. SQLite
    // would look through the table for several at once, but not in a join.
    (
        "related to",
        [
            "(VALUES @) CROSS JOIN kw_relations ON object_type = column1 \
             AND object_id = column2 AND relation = column3 WHERE ",
            "kw_relations WHERE (object_type, object_id, relation) IN (@) AND ",
            "kw_relations WHERE (object_type, object_id, relation) IN (@) AND ",
        ],
    ),
    // Numbers of a busy database commit out of order: what was noted lately is
    // told again.
    ("or late", ["", " OR made_at > {now} - @", " OR made_at > {now} - @"]),
];

const INNODB: &str =
    " ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";

impl Dialect {
    /// Its name, as in `keyward migrate sql`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
        }
    }

    /// Fills in `{words}` and numbers the placeholders.
    pub(crate) fn render(self, template: &str) -> String {
        self.number(self.fill(template))
    }

    /// A constant of bytes, from hexadecimal digits.
    pub(crate) fn bytes(self, hex: &str) -> String {
        match self {
            Self::Postgres => format!("'\\x{hex}'"),
            Self::Sqlite | Self::Mysql => format!("x'{hex}'"),
        }
    }

    fn fill(self, template: &str) -> String {
        let mut text = String::with_capacity(template.len() * 2);
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let (word, behind) = after.split_once('}').unwrap_or((after, ""));
            text.push_str(before);
            text.push_str(&self.fill(&self.word(word)));
            rest = behind;
        }
        text.push_str(rest);
        text
    }

    fn word(self, word: &str) -> String {
        let pick = |forms: &[&'static str; 3]| {
            let [sqlite, postgres, mysql] = *forms;
            match self {
                Self::Sqlite => sqlite,
                Self::Postgres => postgres,
                Self::Mysql => mysql,
            }
        };
        if let Some((_, forms)) = WORDS.iter().find(|(name, _)| *name == word) {
            return pick(forms).to_owned();
        }
        if let Some((_, columns)) = super::statement::COLUMNS.iter().find(|(n, _)| *n == word) {
            return (*columns).to_owned();
        }
        FORMS
            .iter()
            .find_map(|(name, forms)| {
                let argument = word.strip_prefix(name)?.strip_prefix(' ')?;
                Some(pick(forms).replace('@', argument))
            })
            // Fails the test that prepares every statement.
            .unwrap_or_else(|| format!("!{word}!"))
    }

    fn number(self, text: String) -> String {
        if self != Self::Postgres {
            return text;
        }
        let mut parts = text.split('?');
        let mut numbered = parts.next().unwrap_or_default().to_owned();
        for (at, part) in parts.enumerate() {
            numbered.push_str(&format!("${}{part}", at + 1));
        }
        numbered
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_filled_in_and_placeholders_numbered() {
        let check = |dialect: Dialect, text: &str| {
            assert_eq!(dialect.render("a {int} ? {or keep k} ?"), text);
        };
        check(Dialect::Sqlite, "a INTEGER ?  ON CONFLICT DO NOTHING ?");
        check(Dialect::Postgres, "a BIGINT $1  ON CONFLICT DO NOTHING $2");
        check(Dialect::Mysql, "a BIGINT ?  ON DUPLICATE KEY UPDATE k = k ?");
    }

    #[test]
    fn every_word_of_every_statement_is_known() {
        for dialect in [Dialect::Sqlite, Dialect::Postgres, Dialect::Mysql] {
            for (statement, template) in super::super::statement::Statement::ALL {
                let text = dialect.render(template);
                assert!(!text.contains(['!', '{', '@']), "{statement:?}: {text}");
            }
        }
    }
}
