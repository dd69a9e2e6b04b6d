//! The attribute on an impl.

pub struct Car;

pub mod drive {
    use scene::*;

    #[action(event = "nuvlabox.reboot")]
    impl super::Car {}
//  ^^^^ EVT033
}
