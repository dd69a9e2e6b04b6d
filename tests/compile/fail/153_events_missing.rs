//! `#[resource]` has to say `events`.

pub mod cars {
    use scene::*;

    #[resource()]
//  ^^^^^^^^^^^^^ EVT042
    pub struct Car {
        pub id: Href<Car>,
    }
}
