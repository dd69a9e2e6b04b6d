//! Names that are keywords.

use events::{Href, action, resource};

use crate::fixture::{Error, Machine, id, recorded};

#[action(event = "machine.match", details(r#type, r#loop: u8 = r#type + 1))]
async fn r#match(id: Href<Machine>, r#type: u8) -> Result<u8, Error> {
    drop(id);
    Ok(r#type)
}

#[resource(events, id = r#ref)]
struct Raw {
    r#ref: Href<Self>,
}

#[resource(events)]
impl Raw {
    #[action(event = "raw.move")]
    async fn r#move(&self) -> Result<(), Error> {
        Ok(())
    }
}

#[test]
fn keywords_are_names() {
    let (out, events) = recorded(async {
        let moved = match "raw/1".parse() {
            Ok(r#ref) => Raw { r#ref }.r#move().await.is_ok(),
            Err(_) => false,
        };
        (r#match(id(), 3).await, moved)
    });
    assert_eq!(out, (Ok(3), true));
    assert_eq!(events, 4);
}
