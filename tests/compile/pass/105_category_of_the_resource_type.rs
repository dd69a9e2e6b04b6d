//! The category of a resource type, whose demands are met, or from which an event keeps away.

use scene::*;

#[resource(events, category = "state")]
pub struct Lamp {
    pub id: Href<Lamp>,
}

#[resource(events, category = Billing)]
pub struct Invoice {
    pub id: Href<Invoice>,
}

#[derive(Record)]
pub struct Reached {
    pub new_state: String,
}

#[derive(Record)]
pub struct Paid {
    pub amount: u64,
}

impl Lamp {
    #[action(event = "lamp.switch", details(new_state))]
    pub async fn switch(&self, new_state: String) -> Result<(), ApiError> {
        drop(new_state);
        Ok(())
    }

    #[action(event = "lamp.dim", details = reached)]
    pub async fn dim(&self, reached: Reached) -> Result<(), ApiError> {
        drop(reached);
        Ok(())
    }

    #[action(event = "lamp.clean", category = "action")]
    pub async fn clean(&self) -> Result<(), ApiError> {
        Ok(())
    }

    #[action(event = "lamp.move", category = "action", details = options)]
    pub async fn relocate(&self, options: Options) -> Result<(), ApiError> {
        drop(options);
        Ok(())
    }
}

#[action(event = "invoice.pay", details(amount))]
pub async fn pay(id: Href<Invoice>, amount: u64) -> Result<(), ApiError> {
    drop((id, amount));
    Ok(())
}

#[action(event = "invoice.settle", resource = invoice.id, details = paid)]
pub async fn settle(invoice: Invoice, paid: Paid) -> Result<(), ApiError> {
    drop((invoice, paid));
    Ok(())
}

#[derive(EventDetails)]
#[event("lamp.switched", resource = Lamp)]
pub struct Switched {
    pub new_state: String,
}
