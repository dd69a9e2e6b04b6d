//! `#[resource]` on an impl has to say `events`, too.

pub mod cars {
    use scene::*;

    #[resource]
//  ^^^^^^^^^^^ EVT042
    impl super::Car {}
}

pub struct Car;
