//! Where a condition surely holds, and where it surely does not. Between them
//! lie the rows for which it cannot be told, because an attribute is missing or
//! of another kind; a check allows neither there.

use super::Asking;
use super::columns::{Column, Source};
use super::predicate::{Bind, Exactness, Predicate};
use crate::condition::{
    Cell, Compare, Condition, Expr, Failure, Form, Kind, MAX_FUEL, Root, compared, contained,
};

/// Where the whole condition surely is this.
pub(super) fn surely(
    asking: &Asking<'_>,
    condition: &Condition,
    is: bool,
    exact: &mut Exactness,
) -> Predicate {
    let mut reader = Reader { asking, exact };
    let (mut holds, mut fails) = (Predicate::True, Predicate::False);
    for expr in condition.exprs() {
        // Those before it hold; the first that fails decides.
        let fail = holds.clone().and(reader.truth(expr, false));
        fails = fails.or(fail);
        holds = holds.and(reader.truth(expr, true));
    }
    if is { holds } else { fails }
}

struct Reader<'r, 'a> {
    asking: &'r Asking<'a>,
    exact: &'r mut Exactness,
}

/// What stands on one side of a comparison.
enum Side<'e> {
    /// The same for every row.
    Known(Cell<'e>),
    Column(&'e Column, Kind),
    /// Missing for every row.
    Missing,
    /// Something that SQL is not asked for.
    Beyond,
}

impl Reader<'_, '_> {
    /// Where the expression surely is this.
    fn truth(&mut self, expr: &Expr, is: bool) -> Predicate {
        match &expr.form {
            Form::Not(inner) => self.truth(inner, !is),
            Form::And(both) => self.both(both, is),
            Form::Or(both) => self.either(both, is),
            Form::Has(root, name) => self.has(*root, name, is),
            Form::Compare(compare, both) => self.compare(*compare, both, is),
            Form::In(both) => self.contained(both, is),
            Form::Constant(_) | Form::Attribute(..) => self.flag(expr, is),
            Form::Like(text, pattern) => match self.side(text) {
                Side::Known(Cell::Text(text)) => Predicate::from(pattern.matches(text) == is),
                Side::Known(_) | Side::Missing => Predicate::False,
                Side::Column(..) | Side::Beyond => self.beyond(),
            },
        }
    }

    fn both(&mut self, [left, right]: &[Expr; 2], is: bool) -> Predicate {
        let holds = self.truth(left, true);
        match is {
            true => holds.and(self.truth(right, true)),
            false => self.truth(left, false).or(holds.and(self.truth(right, false))),
        }
    }

    fn either(&mut self, [left, right]: &[Expr; 2], is: bool) -> Predicate {
        let fails = self.truth(left, false);
        match is {
            true => self.truth(left, true).or(fails.and(self.truth(right, true))),
            false => fails.and(self.truth(right, false)),
        }
    }

    fn has(&mut self, root: Root, name: &str, is: bool) -> Predicate {
        let asking = self.asking;
        if root != Root::Resource {
            return Predicate::from(asking.question.facts.get(root, name).is_some() == is);
        }
        match asking.columns.source(name) {
            Some(Source::Column(column, _)) => {
                let not = if is { "NOT " } else { "" };
                Predicate::of(&format!("{} IS {not}NULL", column.exact()), vec![])
            }
            Some(Source::Same(_)) => Predicate::from(is),
            None => self.beyond(),
        }
    }

    fn flag(&mut self, expr: &Expr, is: bool) -> Predicate {
        match self.side(expr) {
            Side::Known(Cell::Bool(it)) => Predicate::from(it == is),
            Side::Column(column, Kind::Bool) => column.equals(Bind::Bool(is)),
            Side::Beyond => self.beyond(),
            Side::Known(_) | Side::Column(..) | Side::Missing => Predicate::False,
        }
    }

    fn compare(&mut self, compare: Compare, both: &[Expr; 2], is: bool) -> Predicate {
        let [left, right] = both;
        let (left, right) = (self.side(left), self.side(right));
        if let (Side::Known(left), Side::Known(right)) = (&left, &right) {
            return known(compared(compare, *left, *right, &mut MAX_FUEL.clone()), is);
        }
        let (left_kind, right_kind) = match (left.kind(), right.kind()) {
            (Some(left), Some(right)) => (left, right),
            _ if matches!(left, Side::Beyond) || matches!(right, Side::Beyond) => {
                return self.beyond();
            }
            _ => return Predicate::False,
        };
        let ordered = !matches!(compare, Compare::Eq | Compare::Ne);
        if left_kind != right_kind || (ordered && !left_kind.is_ordered()) {
            return Predicate::False;
        }
        let sign = sign(compare, is);
        if let ("=", Some(same)) = (sign, left.equals(&right)) {
            return same;
        }
        let mut binds = Vec::new();
        match (left.write(&mut binds), right.write(&mut binds)) {
            (Some(left), Some(right)) => Predicate::of(&format!("{left} {sign} {right}"), binds),
            _ => self.beyond(),
        }
    }

    fn contained(&mut self, both: &[Expr; 2], is: bool) -> Predicate {
        let [item, whole] = both;
        let (item, whole) = (self.side(item), self.side(whole));
        let whole = match whole {
            Side::Known(whole) => whole,
            Side::Missing => return Predicate::False,
            Side::Column(..) | Side::Beyond => return self.beyond(),
        };
        match item {
            Side::Column(column, kind) => {
                let Some(members) = whole.members() else { return self.beyond() };
                let same = members.into_iter().filter(|it| it.kind() == kind);
                let Some(values) = same.map(bind).collect::<Option<Vec<Bind>>>() else {
                    return self.beyond();
                };
                match is {
                    true => column.within(values),
                    false if values.is_empty() => {
                        Predicate::of(&format!("{} IS NOT NULL", column.exact()), vec![])
                    }
                    false => {
                        let places = vec!["?"; values.len()].join(", ");
                        let column = column.exact();
                        Predicate::of(&format!("{column} NOT IN ({places})"), values)
                    }
                }
            }
            Side::Known(item) => known(contained(item, whole, &mut MAX_FUEL.clone()), is),
            Side::Missing => Predicate::False,
            Side::Beyond => self.beyond(),
        }
    }

    fn side<'e>(&self, expr: &'e Expr) -> Side<'e>
    where
        Self: 'e,
    {
        self.asking.side(expr)
    }

    fn beyond(&mut self) -> Predicate {
        self.exact.lose();
        Predicate::True
    }
}

impl Asking<'_> {
    fn side<'e>(&'e self, expr: &'e Expr) -> Side<'e> {
        match &expr.form {
            Form::Constant(value) => Side::Known(value.cell()),
            Form::Attribute(Root::Resource, name) => match self.columns.source(name) {
                Some(Source::Column(column, kind)) => Side::Column(column, *kind),
                Some(Source::Same(value)) => Side::Known(value.cell()),
                None => Side::Beyond,
            },
            Form::Attribute(root, name) => {
                self.question.facts.get(*root, name).map_or(Side::Missing, Side::Known)
            }
            _ => Side::Beyond,
        }
    }
}

impl Side<'_> {
    fn kind(&self) -> Option<Kind> {
        match self {
            Side::Known(cell) => Some(cell.kind()),
            Side::Column(_, kind) => Some(*kind),
            Side::Missing | Side::Beyond => None,
        }
    }

    /// Whether a column has a value, where that is what is compared.
    fn equals(&self, other: &Self) -> Option<Predicate> {
        let (column, value) = match (self, other) {
            (Side::Column(column, kind), Side::Known(value))
            | (Side::Known(value), Side::Column(column, kind))
                if is_plain(*kind) =>
            {
                (column, value)
            }
            _ => return None,
        };
        Some(column.equals(bind(*value)?))
    }

    /// As SQL; nothing when SQL has no such values.
    fn write(&self, binds: &mut Vec<Bind>) -> Option<String> {
        match self {
            Side::Known(cell) => {
                binds.push(bind(*cell)?);
                Some("?".to_owned())
            }
            Side::Column(column, kind) if is_plain(*kind) => Some(column.exact().to_owned()),
            _ => None,
        }
    }
}

fn is_plain(kind: Kind) -> bool {
    !matches!(kind, Kind::Set | Kind::Net)
}

fn bind(cell: Cell<'_>) -> Option<Bind> {
    Some(match cell {
        Cell::Bool(it) => Bind::Bool(it),
        Cell::Int(it) | Cell::Time(it) | Cell::Span(it) => Bind::Int(it),
        Cell::Text(text) => Bind::Text(text.to_owned()),
        Cell::Set(_) | Cell::Names(_) | Cell::Net(_) => return None,
    })
}

/// Where something is as wanted that is the same for every row; a failure is
/// neither.
fn known(answer: Result<bool, Failure>, is: bool) -> Predicate {
    Predicate::from(answer == Ok(is))
}

/// The sign, or the opposite one. NULL compares as neither.
fn sign(compare: Compare, is: bool) -> &'static str {
    match (compare, is) {
        (Compare::Eq, true) | (Compare::Ne, false) => "=",
        (Compare::Ne, true) | (Compare::Eq, false) => "<>",
        (Compare::Lt, true) | (Compare::Ge, false) => "<",
        (Compare::Le, true) | (Compare::Gt, false) => "<=",
        (Compare::Gt, true) | (Compare::Le, false) => ">",
        (Compare::Ge, true) | (Compare::Lt, false) => ">=",
    }
}
