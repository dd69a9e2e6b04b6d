//! Arguments may be borrowed, and what is returned may borrow from them.

use events::{Href, action};

use crate::fixture::{Error, Machine, id, recorded};

#[action(event = "machine.borrow")]
async fn longest<'a>(id: &Href<Machine>, left: &'a str, right: &'a str) -> Result<&'a str, Error> {
    tokio::task::yield_now().await;
    let longest = if left.len() < right.len() { right } else { left };
    if id.id().is_empty() { Err(Error) } else { Ok(longest) }
}

#[action(event = "machine.push")]
async fn push(id: &Href<Machine>, into: &mut Vec<String>) -> Result<usize, Error> {
    into.push(id.id().to_owned());
    Ok(into.len())
}

impl Machine {
    #[action(event = "machine.name")]
    async fn name(&self) -> Result<&str, Error> {
        Ok(self.id.id())
    }
}

#[test]
fn a_borrow_ends_with_the_call() {
    let ((), events) = recorded(async {
        let (id, left) = (id(), String::from("left"));
        let mut names = Vec::new();
        {
            let right = String::from("right");
            assert_eq!(longest(&id, &left, &right).await, Ok("right"));
        }
        assert_eq!(push(&id, &mut names).await, Ok(1));
        assert_eq!(push(&id, &mut names).await, Ok(2));
        assert_eq!(Machine { id }.name().await, Ok("1"));
        drop((left, names));
    });
    assert_eq!(events, 8);
}
