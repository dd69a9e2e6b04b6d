//! The attribute on a call of a macro.

pub mod drive {
    use scene::*;

    #[action(event = "nuvlabox.reboot")]
    macro_rules! car {
//  ^^^^^^^^^^^ EVT033
        () => {};
    }
    car!();
}
