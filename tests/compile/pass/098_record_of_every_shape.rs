//! Every shape that can be recorded.

use scene::*;

#[derive(Record)]
pub struct Login<T> {
    pub user: String,
    pub with: T,
    #[record(skip)]
    pub password: Secret,
}

#[derive(Record)]
pub struct Name(pub Option<String>);

#[derive(Record)]
pub struct Nothing;

#[derive(Record)]
pub enum How {
    Password,
    Key(u64),
    Federated { issuer: String, #[record(rename = "for")] seconds: u64 },
}
