//! In the implementation of a trait.

use scene::*;

pub trait Start {
    fn start(&self) -> impl Future<Output = Result<(), ApiError>>;
}

impl Start for Car {
    #[action(event = "deployment.start")]
//                   ^^^^^^^^^^^^^^^^^^ EVT050
    async fn start(&self) -> Result<(), ApiError> {
        Ok(())
    }
}

#[resource(events)]
pub struct Car {
    pub id: Href<Car>,
}
