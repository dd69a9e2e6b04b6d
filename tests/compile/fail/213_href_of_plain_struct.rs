//! A struct without `#[resource]`.

use scene::*;

pub struct Car;

#[action(event = "car.start")]
pub async fn start(id: Href<Car>) -> Result<(), ApiError> {
//                 ^^ EVT046
    let _ = id;
    Ok(())
}
