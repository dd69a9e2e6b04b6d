//! The category's details are recorded, by a method of a generic impl too.

use scene::*;

pub struct Fleet<T>(pub T);

impl<T: Send + Sync> Fleet<T> {
    #[action(event = "nuvlabox.reboot", category = Billing)]
//                                                 ^^^^^^^ EVT026
    pub async fn reboot(&self, id: Href<Nuvlabox>) -> Result<(), ApiError> {
        drop(id);
        Ok(())
    }
}
