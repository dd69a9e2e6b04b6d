//! Each form of the attribute once, compiled and run.

use events::{memory::MemoryStore, prelude::*};
use serde as _;

/// An edge device.
#[resource(events)]
pub struct Nuvlabox {
    /// Its id.
    pub id: Href<Nuvlabox>,
}

#[derive(Debug)]
struct ApiError(String);

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> Self {
        Self(refused.to_string())
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[action(event = "nuvlabox.reboot", category = "action", severity = "high", details(force: bool = force))]
async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<u32, ApiError> {
    Operation::current().link("job/17");
    if force { Err(ApiError("no force".into())) } else { Ok(17) }
}

#[tokio::test]
async fn an_operation_leaves_two_events() {
    let store = MemoryStore::new();
    let manager = EventManager::builder(store.clone()).build().unwrap();
    let context = Context::new(Caller::user("user/jane").unwrap());
    let run = async {
        reboot("nuvlabox/01".parse().unwrap(), false).await.unwrap();
        reboot("02".parse().unwrap(), true).await.unwrap_err();
    };
    manager.scope(events::scope(context, run)).await;
    for event in store.events() {
        println!("{}", serde_json::to_string_pretty(&event).unwrap());
    }
    let types: Vec<String> = store.events().iter().map(|event| event.event_type.to_string()).collect();
    assert_eq!(types, ["nuvlabox.reboot", "nuvlabox.reboot.completed", "nuvlabox.reboot", "nuvlabox.reboot.failed"]);
}
