//! All mistakes of a resource type are reported at once; what uses it has none.

use scene::*;

#[resource(events("Start", "stop", "stop"), severity = "loud", nam = "car")]
//                ^^^^^^^ EVT011
//                                 ^^^^^^ EVT044
//                                                     ^^^^^^ EVT014
//                                                             ^^^ EVT001
pub struct Car {
    pub id: Href<Car>,
}

#[action(event = "car.start")]
pub async fn start(id: Href<Car>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
