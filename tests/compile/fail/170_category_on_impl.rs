//! A category is not an impl.

pub struct Travel;

pub mod travel {
    #[scene::category("travel")]
//  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ EVT057
    impl super::Travel {}
}
