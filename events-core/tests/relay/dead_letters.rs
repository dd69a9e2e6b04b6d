//! What a destination refuses is kept until it is taken after all, or somebody drops it.

use events_core::{
    DeadLetter, Entry, EventId, Journal, JournalError, RelayError, RelayState, RelayStatus, Seq, memory::Fault,
};

use crate::{
    assert_whole, delivered, events, journal_of, relaying, seqs,
    server::{Does, Server},
    status,
    troubled::Troubled,
    until,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_poison_event_is_kept_with_its_reason_and_does_not_block_the_rest() {
    let (journal, entries) = journal_of(50);
    let server = Server::new("server").in_flight(2);
    server.refuse([1, 25, 26, 50]);
    let manager = relaying(journal, &server);
    until("the rest", || status(&manager).behind == 0).await;
    let status = status(&manager);
    assert_eq!((status.through, status.dead_letters, status.delivered), (Seq(50), 4, 46));
    assert_eq!(manager.metrics().dead_letters, 4);
    let letters = manager.dead_letters("server", Seq(0), 100).await.unwrap();
    let told: Vec<(Seq, EventId, &str)> =
        letters.iter().map(|letter| (letter.seq, letter.id, letter.reason.as_str())).collect();
    let expected = [(1, "1 is poison"), (25, "25 is poison"), (26, "26 is poison"), (50, "50 is poison")]
        .map(|(seq, reason)| (Seq(seq), entries[seq as usize - 1].id, reason));
    assert_eq!(told, expected);
    let page = manager.dead_letters("server", Seq(2), 2).await.unwrap();
    assert_eq!(page.iter().map(|letter| letter.seq).collect::<Vec<_>>(), seqs([25, 26]));
    delivered(manager).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dead_letters_are_delivered_again_on_demand_and_removed_when_they_are_taken() {
    let (journal, entries) = journal_of(50);
    let server = Server::new("server");
    server.refuse(1..=30);
    let manager = relaying(journal, &server);
    until("the rest", || status(&manager).behind == 0).await;
    assert_eq!(status(&manager).dead_letters, 30);

    server.refuse([7]);
    let replayed = manager.replay_dead_letters("server", Seq(5), 20).await.unwrap();
    assert_eq!((replayed.delivered, replayed.refused, replayed.later), (19, 1, 0));
    let left = manager.dead_letters("server", Seq(0), 100).await.unwrap();
    assert_eq!(left.iter().map(|letter| letter.seq).collect::<Vec<_>>(), seqs([1, 2, 3, 4, 7, 25, 26, 27, 28, 29, 30]));
    assert_eq!(status(&manager).dead_letters, 11);

    server.misbehave(0, Does::TakesNothing);
    let replayed = manager.replay_dead_letters("server", Seq(0), 100).await.unwrap();
    assert_eq!((replayed.delivered, replayed.refused, replayed.later), (0, 0, 11));
    server.misbehave(0, Does::PanicsHalfway);
    assert_eq!(manager.replay_dead_letters("server", Seq(0), 100).await.unwrap().later, 11);
    server.behave();
    server.refuse([]);
    assert_eq!(manager.replay_dead_letters("server", Seq(0), 100).await.unwrap().delivered, 11);
    assert_eq!(status(&manager).dead_letters, 0);
    assert_whole("replayed", &server, &entries, false);

    let error = manager.replay_dead_letters("serve", Seq(0), 1).await.unwrap_err();
    assert!(matches!(&error, RelayError::NoRelay { relays, .. } if relays == &["server"]), "{error}");
    delivered(manager.clone()).await;
    let error = manager.replay_dead_letters("server", Seq(0), 1).await.unwrap_err();
    assert!(matches!(error, RelayError::Stopped), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn dead_letters_are_dropped_for_good_once_somebody_says_so() {
    let journal = Troubled::default();
    let entries = events(20);
    journal.store.append(&entries).unwrap();
    let server = Server::new("server");
    server.refuse([3, 7, 8, 20]);
    let manager = relaying(journal.clone(), &server);
    until("the rest", || status(&manager).behind == 0).await;
    assert_eq!(status(&manager).dead_letters, 4);
    // 4 is no dead letter, and nobody knows 21.
    assert_eq!(manager.drop_dead_letters("server", &seqs([3, 4, 8, 21])).await.unwrap(), 2);
    assert_eq!(manager.drop_dead_letters("server", &seqs([3])).await.unwrap(), 0);
    assert_eq!(status(&manager).dead_letters, 2);

    journal.fill_disk(true);
    let error = manager.drop_dead_letters("server", &seqs([7])).await.unwrap_err();
    assert!(matches!(error, RelayError::Journal(JournalError::Full(_))), "{error}");
    journal.fill_disk(false);
    let error = manager.drop_dead_letters("serve", &seqs([7])).await.unwrap_err();
    assert!(matches!(&error, RelayError::NoRelay { .. }), "{error}");
    delivered(manager.clone()).await;
    let error = manager.drop_dead_letters("server", &seqs([7])).await.unwrap_err();
    assert!(matches!(error, RelayError::Stopped), "{error}");
    drop(manager);

    // The next start knows them as dropped, and delivers none of them.
    server.refuse([]);
    let manager = relaying(journal.clone(), &server);
    until("it is ready", || status(&manager).state == RelayState::Delivering).await;
    let left = manager.dead_letters("server", Seq(0), 100).await.unwrap();
    assert_eq!(left.iter().map(|letter| letter.seq).collect::<Vec<_>>(), seqs([7, 20]));
    assert_eq!(manager.replay_dead_letters("server", Seq(0), 100).await.unwrap().delivered, 2);
    delivered(manager).await;
    let dropped = |entry: &&Entry| [entries[2].id, entries[7].id].contains(&entry.id);
    let rest: Vec<Entry> = entries.iter().filter(|entry| !dropped(entry)).cloned().collect();
    assert_whole("without what was dropped", &server, &rest, false);
    assert!(journal.store.events().len() == 20, "the journal keeps what was dropped");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_dropped_while_a_replay_waits_is_not_delivered_and_all_else_is() {
    let (journal, entries) = journal_of(40);
    let server = Server::new("server");
    server.refuse((1..=30).filter(|number| *number != 17));
    let manager = relaying(journal.clone(), &server);
    until("the rest", || status(&manager).behind == 0).await;
    server.refuse([]);
    server.store.faults().fail_append(1, Fault::Hang);
    let asked = manager.clone();
    let replay = tokio::spawn(async move { asked.replay_dead_letters("server", Seq(0), 25).await });
    until("the first ten are under way", || server.store.faults().hanging() == 1).await;
    // Of what is under way, of what comes next, and of what was not asked for; 17 is refused meanwhile.
    assert_eq!(manager.drop_dead_letters("server", &seqs([3, 12, 20, 28])).await.unwrap(), 4);
    let refused = DeadLetter {
        seq: Seq(17),
        id: entries[16].id,
        reason: "delivered once more".to_owned(),
        refused: "2026-01-01T00:00:00Z".parse().unwrap(),
    };
    journal.bookmarks().add_dead_letters("server", &[refused]).unwrap();
    server.store.faults().release();
    let replayed = replay.await.unwrap().unwrap();
    assert_eq!((replayed.delivered, replayed.refused, replayed.later), (24, 0, 0));
    let left = manager.dead_letters("server", Seq(0), 100).await.unwrap();
    assert_eq!(left.iter().map(|letter| letter.seq).collect::<Vec<_>>(), seqs([27, 29, 30]));
    assert_eq!(status(&manager).dead_letters, 3);
    assert_eq!(manager.replay_dead_letters("server", Seq(0), 100).await.unwrap().delivered, 3);
    delivered(manager).await;
    let dropped = |entry: &&Entry| [entries[11].id, entries[19].id, entries[27].id].contains(&entry.id);
    let rest: Vec<Entry> = entries.iter().filter(|entry| !dropped(entry)).cloned().collect();
    assert_whole("without what was dropped in time", &server, &rest, false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_panics_when_it_is_asked_has_failed_and_the_manager_has_not_stopped() {
    let journal = Troubled::default();
    let manager = relaying(journal.clone(), &Server::new("server"));
    journal.panic(true);
    let error = manager.dead_letters("server", Seq(0), 1).await.unwrap_err();
    assert!(matches!(error, RelayError::Journal(JournalError::Failed(_))), "{error}");
    assert!(error.to_string().contains("the journal panicked"), "{error}");
    journal.panic(false);
    assert_eq!(manager.dead_letters("server", Seq(0), 1).await.unwrap(), []);
    delivered(manager).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_that_cannot_be_kept_is_not_passed_over() {
    let journal = Troubled::default();
    let entries = events(30);
    journal.store.append(&entries).unwrap();
    journal.fill_disk(true);
    let server = Server::new("server");
    server.refuse([12]);
    let manager = relaying(journal.clone(), &server);
    until("it says so, and has passed what is before it", || {
        let RelayStatus { state, through, .. } = status(&manager);
        matches!(state, RelayState::Failing { reason } if reason.contains("[EVT110]")) && through == Seq(11)
    })
    .await;
    assert_eq!(server.deliveries().len(), 2);
    journal.fill_disk(false);
    delivered(manager).await;
    assert_eq!(server.store.len(), 29);
    let letters: Vec<DeadLetter> = journal.bookmarks().dead_letters("server", Seq(0), 10).unwrap();
    assert_eq!(letters.iter().map(|letter| letter.seq).collect::<Vec<_>>(), seqs([12]));
    assert_eq!(server.deliveries().len(), 3, "what was taken is not delivered again");
}
