//! What the [`Bookmarks`] of a journal promise to relays: part of the journal's suite.

use super::{
    Check, Subject, promises,
    sample::{self, direct},
};
use crate::{
    bookmarks::{Bookmarks, DeadLetter, Position},
    journal::{Journal, Seq},
};

pub(super) fn checks<S: Subject<Store: Journal>>() -> Vec<Check<S>> {
    promises![
        a_relay_goes_on_where_it_was,
        a_destination_is_told_its_last_landmark,
        relays_do_not_mix,
        dead_letters_are_listed_in_order_once_each,
        dead_letters_that_are_removed_are_gone,
        bookmarks_survive_reopening,
        a_journal_is_told_from_all_others,
    ]
}

fn at(number: u64) -> Position {
    Position { through: Seq(number), id: direct(number).id }
}

fn letter(number: u64, reason: &str) -> DeadLetter {
    DeadLetter {
        seq: Seq(number),
        id: direct(number).id,
        reason: reason.to_owned(),
        refused: sample::at(number as i64),
    }
}

/// What `bookmarks` say about a relay.
#[track_caller]
fn assert_remembers(bookmarks: &dyn Bookmarks, relay: &str, position: Option<Position>, letters: &[DeadLetter]) {
    assert_eq!(bookmarks.position(relay).expect("it can be read"), position);
    assert_eq!(bookmarks.dead_letters(relay, Seq(0), usize::MAX).expect("they can be read"), letters);
    assert_eq!(bookmarks.count_dead_letters(relay).expect("they can be counted"), letters.len() as u64);
}

fn a_relay_goes_on_where_it_was<S: Subject<Store: Journal>>(subject: &S) {
    let journal = subject.fresh();
    let bookmarks = journal.bookmarks();
    assert_remembers(&*bookmarks, "one", None, &[]);
    // Also back to the beginning.
    for position in [Position::BEGINNING, at(5), at(70), at(4), Position::BEGINNING] {
        bookmarks.set_position("one", position).expect("it can be written");
        assert_remembers(&*bookmarks, "one", Some(position), &[]);
    }
}

fn a_destination_is_told_its_last_landmark<S: Subject<Store: Journal>>(subject: &S) {
    let journal = subject.fresh();
    let bookmarks = journal.bookmarks();
    let landmark = |relay| bookmarks.landmark(relay).expect("it can be read");
    assert_eq!(landmark("one"), None);
    for said in ["", "{\"0\":17}", "\u{0} 🛰️", "short"] {
        bookmarks.set_landmark("one", said).expect("it can be written");
        assert_eq!((landmark("one").as_deref(), landmark("other")), (Some(said), None));
    }
    assert_remembers(&*bookmarks, "one", None, &[]);
}

fn relays_do_not_mix<S: Subject<Store: Journal>>(subject: &S) {
    let journal = subject.fresh();
    let bookmarks = journal.bookmarks();
    bookmarks.set_position("one", at(1)).expect("it can be written");
    bookmarks.set_position("other", at(2)).expect("it can be written");
    bookmarks.add_dead_letters("one", &[letter(1, "too large")]).expect("they can be written");
    assert_remembers(&*bookmarks, "one", Some(at(1)), &[letter(1, "too large")]);
    assert_remembers(&*bookmarks, "other", Some(at(2)), &[]);
    assert_remembers(&*bookmarks, "", None, &[]);
    bookmarks.remove_dead_letters("other", &[Seq(1)]).expect("they can be removed");
    assert_remembers(&*bookmarks, "one", Some(at(1)), &[letter(1, "too large")]);
}

fn dead_letters_are_listed_in_order_once_each<S: Subject<Store: Journal>>(subject: &S) {
    let journal = subject.fresh();
    let bookmarks = journal.bookmarks();
    let keep = |letters: &[DeadLetter]| bookmarks.add_dead_letters("one", letters).expect("they can be written");
    keep(&[]);
    keep(&[letter(300, "a"), letter(2, "b")]);
    keep(&[letter(7, "c")]);
    assert_remembers(&*bookmarks, "one", None, &[letter(2, "b"), letter(7, "c"), letter(300, "a")]);
    keep(&[letter(7, "\u{0} \"again\" 🛰️"), letter(8, "")]);
    let listed = [letter(2, "b"), letter(7, "\u{0} \"again\" 🛰️"), letter(8, ""), letter(300, "a")];
    assert_remembers(&*bookmarks, "one", None, &listed);
    let page = |from, limit| bookmarks.dead_letters("one", from, limit).expect("they can be read");
    assert_eq!(page(Seq(3), 2), listed[1..3]);
    assert_eq!(page(Seq(8), 1), listed[2..3]);
    assert_eq!(page(Seq(301), 5), []);
    assert_eq!(page(Seq(0), 0), []);
}

fn dead_letters_that_are_removed_are_gone<S: Subject<Store: Journal>>(subject: &S) {
    let journal = subject.fresh();
    let bookmarks = journal.bookmarks();
    let letters: Vec<DeadLetter> = (1..=5).map(|number| letter(number, "no")).collect();
    bookmarks.add_dead_letters("one", &letters).expect("they can be written");
    let remove = |numbers: &[Seq]| bookmarks.remove_dead_letters("one", numbers).expect("they can be removed");
    assert_eq!(remove(&[Seq(4), Seq(u64::MAX), Seq(1), Seq(9)]), 2, "as many as there were");
    assert!(bookmarks.dead_letters("one", Seq(u64::MAX), 9).expect("they can be listed").is_empty());
    assert_eq!(remove(&[]) + remove(&[Seq(4)]), 0);
    assert_eq!(bookmarks.remove_dead_letters("other", &[Seq(2)]).expect("none is removed"), 0);
    let left = [letters[1].clone(), letters[2].clone(), letters[4].clone()];
    assert_remembers(&*bookmarks, "one", None, &left);
    bookmarks.add_dead_letters("one", &letters[..1]).expect("they can be written");
    assert_eq!(bookmarks.count_dead_letters("one").expect("they can be counted"), 4);
}

fn bookmarks_survive_reopening<S: Subject<Store: Journal>>(subject: &S) {
    let journal = subject.fresh();
    let bookmarks = journal.bookmarks();
    bookmarks.set_position("one", at(2)).expect("it can be written");
    bookmarks.add_dead_letters("one", &[letter(1, "too large"), letter(2, "no")]).expect("they can be written");
    bookmarks.remove_dead_letters("one", &[Seq(1)]).expect("they can be removed");
    bookmarks.set_position("other", Position::BEGINNING).expect("it can be written");
    bookmarks.set_landmark("one", "the second oak").expect("it can be written");
    drop(bookmarks);
    let Some(journal) = subject.reopen(journal) else { return };
    let bookmarks = journal.bookmarks();
    assert_remembers(&*bookmarks, "one", Some(at(2)), &[letter(2, "no")]);
    assert_remembers(&*bookmarks, "other", Some(Position::BEGINNING), &[]);
    assert_eq!(bookmarks.landmark("one").expect("it can be read").as_deref(), Some("the second oak"));
}

fn a_journal_is_told_from_all_others<S: Subject<Store: Journal>>(subject: &S) {
    let identity = |journal: &S::Store| journal.bookmarks().identity().expect("it can be read");
    let (journal, other) = (subject.fresh(), subject.fresh());
    let own = identity(&journal);
    assert!(!own.id.is_empty() && own == identity(&journal), "it stays what it is: {own:?}");
    assert_ne!(own.id, identity(&other).id);
    let Some(journal) = subject.reopen(journal) else { return };
    assert_eq!(own, identity(&journal), "it is where it was");
}
