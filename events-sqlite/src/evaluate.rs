//! Which events of a part a filter finds for a viewer, by keys alone where keys suffice.
//!
//! The rule for hidden attributes is that of [`Filter::finds`]: three-valued. Instead of one set with
//! three values there are two functions, the events for which a filter is certainly true and those for
//! which it is certainly false; an event in neither depends on something hidden. A condition that no key
//! serves is taken for possibly both, and the events it leaves are examined by their documents.

use events_core::{Attribute, Cursor, EventId, Filter, Timestamp, Viewer, Visibility};

use crate::{
    error::StoreError,
    key_hash::{KeyHash, KeyHasher},
    part::Part,
    positions::Positions,
};

/// What a filter finds in a part.
#[derive(Debug)]
pub(crate) struct Candidates {
    /// Events that are found, all of them.
    pub(crate) positions: Positions,
    /// Whether every one is found; otherwise each has to be examined.
    pub(crate) exact: bool,
}

/// What `viewer` finds in `part` with `filter`.
pub(crate) fn candidates(
    part: &mut dyn Part,
    hasher: &KeyHasher,
    filter: &Filter,
    viewer: &Viewer,
) -> Result<Candidates, StoreError> {
    evaluate(part, hasher, filter, viewer, Visibility::Meta)
}

/// The same, of those events only of which `by` is not hidden.
pub(crate) fn countable_by(
    part: &mut dyn Part,
    hasher: &KeyHasher,
    filter: &Filter,
    viewer: &Viewer,
    by: &Attribute,
) -> Result<Candidates, StoreError> {
    evaluate(part, hasher, filter, viewer, by.visible_from())
}

fn evaluate(
    part: &mut dyn Part,
    hasher: &KeyHasher,
    filter: &Filter,
    viewer: &Viewer,
    at_least: Visibility,
) -> Result<Candidates, StoreError> {
    let mut evaluation = Evaluation { part, hasher, visibility: Visibility::Data, exact: true };
    let with_data = evaluation.certainly(filter, true)?;
    // Who sees less finds less: where nothing is found with the data, nothing is found at all.
    if viewer.is_admin() || with_data.is_empty() {
        return Ok(Candidates { positions: with_data, exact: evaluation.exact });
    }
    let mut seen = Positions::none(evaluation.part.events());
    for claim in viewer.claims() {
        evaluation.part.union(hasher.viewer_of_data(claim.as_str()), &mut seen)?;
    }
    let mut positions = with_data;
    if at_least > Visibility::Meta {
        positions.intersect(&seen);
        return Ok(Candidates { positions, exact: evaluation.exact });
    }
    evaluation.visibility = Visibility::Meta;
    let mut with_meta = evaluation.certainly(filter, true)?;
    positions.intersect(&seen);
    if !with_meta.is_empty() {
        let mut seen_partly = Positions::none(evaluation.part.events());
        for claim in viewer.claims() {
            evaluation.part.union(hasher.viewer_of_meta(claim.as_str()), &mut seen_partly)?;
        }
        seen_partly.subtract(&seen);
        with_meta.intersect(&seen_partly);
        positions.union(&with_meta);
    }
    Ok(Candidates { positions, exact: evaluation.exact })
}

struct Evaluation<'e> {
    part: &'e mut dyn Part,
    hasher: &'e KeyHasher,
    visibility: Visibility,
    exact: bool,
}

impl Evaluation<'_> {
    fn none(&self) -> Positions {
        Positions::none(self.part.events())
    }

    fn all(&self) -> Positions {
        Positions::all(self.part.events())
    }

    /// The events for which `filter` is certainly `value`.
    fn certainly(&mut self, filter: &Filter, value: bool) -> Result<Positions, StoreError> {
        match filter {
            Filter::All(filters) if value => self.every(filters, value),
            Filter::All(filters) => self.some(filters, value),
            Filter::Any(filters) if value => self.some(filters, value),
            Filter::Any(filters) => self.every(filters, value),
            Filter::Not(filter) => self.certainly(filter, !value),
            Filter::Is(attribute, _) | Filter::StartsWith(attribute, _) | Filter::Has(attribute)
                if self.visibility < attribute.visible_from() =>
            {
                Ok(self.none())
            }
            Filter::Time { .. } if self.visibility < Visibility::Data => Ok(self.none()),
            leaf => match self.leaf(leaf)? {
                Some(positions) if value => Ok(positions),
                Some(positions) => Ok(positions.complement()),
                None => {
                    self.exact = false;
                    Ok(self.all())
                }
            },
        }
    }

    fn every(&mut self, filters: &[Filter], value: bool) -> Result<Positions, StoreError> {
        let mut common = self.all();
        for filter in filters {
            common.intersect(&self.certainly(filter, value)?);
            if common.is_empty() {
                break;
            }
        }
        Ok(common)
    }

    fn some(&mut self, filters: &[Filter], value: bool) -> Result<Positions, StoreError> {
        let mut any = self.none();
        for filter in filters {
            any.union(&self.certainly(filter, value)?);
        }
        Ok(any)
    }

    /// The events for which a condition holds; none where no key serves it.
    fn leaf(&mut self, leaf: &Filter) -> Result<Option<Positions>, StoreError> {
        let mut positions = self.none();
        match leaf {
            Filter::Is(attribute, value) => {
                self.part.union(self.hasher.key(attribute, value), &mut positions)?;
                self.union_own_operation(attribute, value, &mut positions)?;
            }
            Filter::Time { from, until } => {
                let (from, until) = (self.first_at(*from)?, self.first_at(*until)?);
                positions.insert_range(from..until);
            }
            Filter::StartsWith(attribute, prefix) => {
                let Some(values) = self.part.values(attribute)? else { return Ok(None) };
                for value in values.iter().filter(|value| value.starts_with(prefix.as_str())) {
                    self.part.union(self.hasher.key(attribute, value), &mut positions)?;
                }
            }
            Filter::Has(attribute) => {
                let Some(values) = self.part.values(attribute)? else { return Ok(None) };
                for value in values {
                    self.part.union(self.hasher.key(attribute, &value), &mut positions)?;
                }
            }
            _ => return Ok(None),
        }
        Ok(Some(positions))
    }

    /// The two events of an operation, where the id of its opening is what their attribute says.
    fn union_own_operation(
        &mut self,
        attribute: &Attribute,
        value: &str,
        into: &mut Positions,
    ) -> Result<(), StoreError> {
        let Some(marker) = KeyHash::of_own_operation(attribute) else { return Ok(()) };
        let Ok(id) = value.parse::<EventId>() else { return Ok(()) };
        if id != id.opening() || value.as_bytes() != id.write() {
            return Ok(());
        }
        let mut marked = None;
        for id in [id, id.closing()] {
            let Some(position) = self.part.position_of(id)? else { continue };
            let marked = match &marked {
                Some(marked) => marked,
                None => {
                    let mut positions = self.none();
                    self.part.union(marker, &mut positions)?;
                    marked.insert(positions)
                }
            };
            if marked.contains(position) {
                into.insert(position);
            }
        }
        Ok(())
    }

    fn first_at(&mut self, at: Timestamp) -> Result<usize, StoreError> {
        self.part.lower_bound(Cursor { timestamp: at, id: EventId::from_u128(0) })
    }
}
