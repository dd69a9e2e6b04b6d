//! A category is a type.

pub mod travel {
    #[scene::category("travel")]
//  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ EVT057
    pub fn travel() {}
}
