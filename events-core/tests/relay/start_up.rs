//! What is wrong with relays is found before anything starts, all of it at once.

use events_core::{Ack, InstallError, NotReady};

use crate::{builder, journal_of, server::Server};

fn refused(result: Result<events_core::EventManager, InstallError>) -> String {
    result.map(drop).unwrap_err().to_string()
}

#[tokio::test]
async fn mistakes_are_all_named_at_once() {
    let (journal, _) = journal_of(1);
    let server = Server::new("server");
    let refused = refused(
        builder(journal)
            .relay_to(server.clone())
            .relay_to(Server::new("unsearchable"))
            .relay_to(Server::new("narrow"))
            .relay_to(Server::new("server"))
            .acknowledge(Ack::Delivered("sever"))
            .search_in("unsearchable")
            .with_limits(|limits| limits.delivery = std::time::Duration::ZERO)
            .build(),
    );
    let expected = [
        "two relays are called `server`",
        "[EVT150]",
        "`acknowledge` names `sever`",
        "server, unsearchable, narrow, server",
        "[EVT151]",
        "`unsearchable`, which cannot be searched",
        "[EVT152]",
        "`narrow` cannot take what is declared: `a` is a number at x.rs:1 and a string at y.rs:2 [EVT153]",
        "`limits.delivery`",
    ];
    for expected in expected {
        assert!(refused.contains(expected), "{expected}: {refused}");
    }
    assert_eq!(server.prepared(), 0, "nothing was started");
}

#[tokio::test]
async fn searching_in_a_relay_that_there_is_not_is_a_mistake() {
    let (journal, _) = journal_of(1);
    let refused = refused(builder(journal).search_in("elsewhere").build());
    assert!(refused.contains("`search_in` names `elsewhere`") && refused.contains("[EVT151]"), "{refused}");
}

#[tokio::test]
async fn destinations_that_are_set_up_wrongly_are_all_named_and_nothing_is_delivered() {
    let (journal, _) = journal_of(30);
    let (good, one, other) = (Server::new("good"), Server::new("one"), Server::new("other"));
    one.not_ready([NotReady::Misconfigured("the topic is missing".to_owned())], None);
    other.not_ready([NotReady::Misconfigured("the mapping differs".to_owned())], None);
    let refused =
        refused(builder(journal).relay_to(good.clone()).relay_to(one.clone()).relay_to(other.clone()).build());
    for expected in ["`one` is not set up", "the topic is missing [EVT154]", "the mapping differs [EVT154]"] {
        assert!(refused.contains(expected), "{expected}: {refused}");
    }
    assert!(good.deliveries().is_empty());
}

#[tokio::test]
async fn a_destination_that_panics_while_it_gets_ready_is_asked_again() {
    let (journal, _) = journal_of(10);
    let server = Server::new("server");
    server.not_ready([NotReady::Later("panic".to_owned())], None);
    crate::delivered(builder(journal).relay_to(server.clone()).build().unwrap()).await;
    assert_eq!(server.store.len(), 10);
}
