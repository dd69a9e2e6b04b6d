//! A function that a macro makes.

use scene::*;

macro_rules! handler {
    ($name:ident, $event:literal, $category:literal) => {
        #[action(event = $event, category = $category)]
        pub async fn $name(id: Href<Nuvlabox>) -> Result<(), ApiError> {
            drop(id);
            Ok(())
        }
    };
}

handler!(reboot, "nuvlabox.reboot", "action");
