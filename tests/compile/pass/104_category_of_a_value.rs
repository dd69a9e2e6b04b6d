//! Details that are a value with what an own category demands.

use scene::*;

#[derive(Record)]
pub struct Paid<T> {
    pub amount: u64,
    pub by: T,
}

#[action(event = "nuvlabox.pay", category = Billing, details = Paid { amount: 7, by: "card" })]
pub async fn pay(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}

#[action(event = "nuvlabox.pay-by", category = Billing, details = paid)]
pub async fn pay_by<T: Record + Send + Sync>(id: Href<Nuvlabox>, paid: Paid<T>) -> Result<(), ApiError> {
    drop((id, paid));
    Ok(())
}
