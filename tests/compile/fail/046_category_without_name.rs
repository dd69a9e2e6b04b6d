//! A category without its name.

pub mod billing {
    #[scene::category]
//  ^^^^^^^^^^^^^^^^^^ EVT003
    pub struct Travel;
}
